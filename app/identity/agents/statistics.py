"""What agents did lately, by agent and by tool; apart from what people did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, case, cast, func, select

from app.identity import policy
from app.identity.agents.models import CallRow
from app.identity.agents.sums import OK, REFUSED
from app.identity.policy import Action

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from app.identity.agents.agent import Agent
    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.kernel.actor import Actor

HOURS = {"day": 24, "month": 24 * 30}
LISTED = 50


@dataclass(frozen=True, slots=True)
class Use:
    """Calls of one agent or one tool, `name` being its id or name; `p50` and `p95` are milliseconds."""

    name: str
    calls: int = 0
    empty: int = 0
    refused: int = 0
    failed: int = 0
    rows: int = 0
    bytes: int = 0
    tokens: int = 0
    p50: int = 0
    p95: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as governors read it."""

    at: datetime
    tool: str
    arguments: str
    datasets: tuple[str, ...]
    rows: int
    bytes: int
    tokens: int
    code: str
    milliseconds: int
    client: str


class Statistics:
    """Counts calls. Who may read of an agent is who may know of it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def by_agent(self, agents: Collection[Agent], hours: int) -> dict[str, Use]:
        """Answer the use of agents by their ids; the caller has listed them through the registry."""
        wanted = (CallRow.agent_id.in_([each.id for each in agents]), CallRow.at > self._since(hours))
        return {each.name: each for each in self._used(CallRow.agent_id, wanted)}

    def by_tool(self, actor: Actor, hours: int) -> tuple[Use, ...]:
        """Answer the use of each tool by everybody, strangers included; nothing for who may not know of all agents."""
        if not policy.may(actor, Action.READ_AGENTS, (policy.PORTAL,)):
            return ()
        return self._used(CallRow.tool, (CallRow.at > self._since(hours),))

    def tools_of(self, agent: Agent, hours: int) -> tuple[Use, ...]:
        """Answer the use of each tool by one agent."""
        return self._used(CallRow.tool, (CallRow.agent_id == agent.id, CallRow.at > self._since(hours)))

    def recent(self, agent: Agent) -> tuple[Seen, ...]:
        """List an agent's last calls, the newest first."""
        query = select(CallRow).where(CallRow.agent_id == agent.id).order_by(CallRow.at.desc(), CallRow.id.desc())
        with self._database.read() as session:
            rows = session.scalars(query.limit(LISTED)).all()
        return tuple(
            Seen(
                *(row.at, row.tool, row.arguments, tuple(row.datasets), row.rows, row.bytes),
                *(row.tokens, row.code, row.milliseconds, row.client),
            )
            for row in rows
        )

    def _since(self, hours: int) -> datetime:
        return self._clock() - timedelta(hours=hours)

    def _used(self, by: InstrumentedAttribute[str], wanted: Sequence[ColumnElement[bool]]) -> tuple[Use, ...]:
        with self._database.read() as session:
            p50, p95 = (_percentile(session, by, wanted, percent) for percent in (50, 95))
            rows = session.execute(
                select(
                    by,
                    func.count(),
                    _count(CallRow.found_nothing),
                    _count(CallRow.code.in_(REFUSED)),
                    _count(CallRow.code.not_in((OK, *REFUSED))),
                    *(func.sum(column) for column in (CallRow.rows, CallRow.bytes, CallRow.tokens)),
                )
                .where(*wanted)
                .group_by(by)
                .order_by(func.count().desc(), by)
            ).all()
        return tuple(_use(row, p50, p95) for row in rows)


def _use(row: Any, p50: Mapping[str, int], p95: Mapping[str, int]) -> Use:
    name, calls, empty, refused, failed, *sums = row
    rows, size, tokens = map(int, sums)
    return Use(
        name, calls, int(empty), int(refused), int(failed), rows, size, tokens, p50.get(name, 0), p95.get(name, 0)
    )


def _count(condition: Any) -> Any:
    return func.sum(cast(case((condition, 1), else_=0), Integer))


def _percentile(
    session: Session, by: InstrumentedAttribute[str], wanted: Sequence[ColumnElement[bool]], percent: int
) -> dict[str, int]:
    """Answer the milliseconds that so many of a hundred calls did not exceed (nearest rank); SQLite has no such sum."""
    ranked = (
        select(
            by.label("name"),
            CallRow.milliseconds,
            func.row_number().over(partition_by=by, order_by=CallRow.milliseconds).label("rank"),
            func.count().over(partition_by=by).label("total"),
        )
        .where(*wanted)
        .subquery()
    )
    found = select(ranked.c.name, ranked.c.milliseconds).where(
        ranked.c.rank == cast((ranked.c.total * percent + 99) // 100, Integer)
    )
    return {row.name: row.milliseconds for row in session.execute(found)}
