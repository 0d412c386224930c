"""Where an agent stands: its row, the decisions about it, and the state that follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.identity.agents.agent import Agent, AgentState, Allowance, Decision, Ruling, Secret
from app.identity.agents.models import AgentRow, DecisionRow, SecretRow
from app.identity.models import PersonRow
from app.kernel.actor import AgentReach

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.identity.agents.agent import Registration
    from app.infra.work import Work
    from app.kernel.actor import Actor


def reach_of(row: AgentRow) -> AgentReach:
    """Answer what an agent was registered for."""
    return AgentReach(_set(row.tools), _set(row.organizations), _set(row.datasets), row.is_internal)


def row_of(said: Registration, owner_id: str, organization_id: str) -> AgentRow:
    """Begin an agent's row."""
    return AgentRow(
        owner_id=owner_id,
        organization_id=organization_id,
        name=said.name.strip(),
        purpose=said.purpose.strip(),
        vendor=said.vendor.strip(),
        model=said.model.strip(),
        contact=said.contact.strip(),
        tools=_list(said.reach.tools),
        organizations=_list(said.reach.organizations),
        datasets=_list(said.reach.datasets),
        is_internal=said.reach.is_internal,
        calls=said.allowance.calls,
        rows=said.allowance.rows,
        bytes=said.allowance.bytes,
        state=AgentState.WAITING.value,
    )


def put(work: Work, row: AgentRow, actor: Actor, audience: str, ruling: Ruling) -> None:
    """Write a decision, in place of the audience's former one of its kind, and what follows from it."""
    work.session.merge(
        DecisionRow(
            agent_id=row.id,
            audience=audience,
            is_stop=ruling is Ruling.STOPPED,
            ruling=ruling.value,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
            at=work.now,
        )
    )
    settle(work, row)


def settle(work: Work, row: AgentRow) -> None:
    """Work out the state anew: a stop weighs most, then a refusal; it works where all have approved."""
    work.session.flush()
    found = {(each.audience, each.ruling) for each in decisions(work.session, [row.id])}
    rulings = {ruling for _, ruling in found}
    if Ruling.STOPPED in rulings:
        row.state = AgentState.STOPPED.value
    elif Ruling.REFUSED in rulings:
        row.state = AgentState.REFUSED.value
    elif all((audience, Ruling.APPROVED.value) in found for audience in row.deciders):
        row.state = AgentState.APPROVED.value
    else:
        row.state = AgentState.WAITING.value


def decisions(session: Session, agent_ids: Collection[str]) -> Sequence[DecisionRow]:
    """List the decisions about agents, the oldest first."""
    query = select(DecisionRow).where(DecisionRow.agent_id.in_(agent_ids))
    return session.scalars(query.order_by(DecisionRow.at, DecisionRow.audience)).all()


def agents(session: Session, rows: Sequence[AgentRow], now: datetime) -> tuple[Agent, ...]:
    """Answer agents with all that was decided about them."""
    ids = [row.id for row in rows]
    decided: dict[str, list[Decision]] = {}
    for each in decisions(session, ids):
        decision = Decision(
            each.audience, Ruling(each.ruling), each.actor_kind, each.actor_id, each.actor_name, each.at
        )
        decided.setdefault(each.agent_id, []).append(decision)
    secrets: dict[str, list[Secret]] = {}
    for secret in session.scalars(select(SecretRow).where(SecretRow.agent_id.in_(ids)).order_by(SecretRow.created)):
        secrets.setdefault(secret.agent_id, []).append(Secret(secret.last_four, secret.created, secret.used))
    people = select(PersonRow).where(PersonRow.id.in_({row.owner_id for row in rows}))
    owners = {person.id: person.name or person.email for person in session.scalars(people)}
    return tuple(
        Agent(
            id=row.id,
            owner_id=row.owner_id,
            owner=owners.get(row.owner_id, ""),
            organization_id=row.organization_id,
            name=row.name,
            purpose=row.purpose,
            vendor=row.vendor,
            model=row.model,
            contact=row.contact,
            created=row.created,
            expires=row.expires,
            reach=reach_of(row),
            allowance=Allowance(row.calls, row.rows, row.bytes),
            deciders=tuple(row.deciders),
            seers=tuple(row.seers),
            state=AgentState.EXPIRED if row.expires <= now else AgentState(row.state),
            decisions=tuple(decided.get(row.id, ())),
            secrets=tuple(secrets.get(row.id, ())),
        )
        for row in rows
    )


def _set(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _list(values: frozenset[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)
