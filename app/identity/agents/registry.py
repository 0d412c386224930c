"""Who registers agents, who approves and who stops them. Each act is audited in its transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app import audit
from app.identity import policy
from app.identity.agents import standing
from app.identity.agents.agent import AgentState, Ruling
from app.identity.agents.checking import check, deciders
from app.identity.agents.knowing import check_known, check_room
from app.identity.agents.models import AgentRow
from app.identity.organizations import demand
from app.identity.policy import Action
from app.kernel.actor import ActorKind
from app.kernel.errors import BadRequest, Conflict, Denied, NotFound
from app.kernel.ids import new_id
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from app.identity.agents.agent import Agent, Registration
    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.infra.work import UnitsOfWork, Work
    from app.kernel.actor import Actor

LISTED = 500

_NO_AGENT = Text("この AI エージェントは登録されていません。", "There is no such agent.")


class Registry:
    """The agents. `publishers` maps ids of datasets that there are to their organizations; `tools` are all tools."""

    def __init__(
        self,
        database: Database,
        units: UnitsOfWork,
        clock: Clock,
        *,
        tools: Collection[str],
        publishers: Callable[[Collection[str]], Mapping[str, str]],
    ) -> None:
        self._database, self._units, self._clock = database, units, clock
        self._tools, self._publishers = tuple(tools), publishers

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of all tools."""
        return self._tools

    def register(self, actor: Actor, organization_id: str, said: Registration) -> Agent:
        """Register an agent of the actor's, for which an organization of theirs answers. It waits for approval."""
        demand(actor, Action.REGISTER_AGENT, (policy.organization(organization_id),))
        if actor.kind is not ActorKind.PERSON:
            raise BadRequest(Text("登録はサインインした人が行います。", "A person who is signed in registers agents."))
        return self._register(actor, actor.id, organization_id, said)

    def register_for(self, actor: Actor, owner_id: str, organization_id: str, said: Registration) -> Agent:
        """Register an agent of somebody else's; for operators."""
        demand(actor, Action.REGISTER_AGENT, (policy.PORTAL,))
        return self._register(actor, owner_id, organization_id, said)

    def list(self, actor: Actor) -> tuple[Agent, ...]:
        """List the agents that the actor may know of, the newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(AgentRow).order_by(AgentRow.created.desc(), AgentRow.id.desc())).all()
            seen = [row for row in rows if policy.may(actor, Action.READ_AGENTS, row.seers)]
            return standing.agents(session, seen[:LISTED], self._clock())

    def get(self, actor: Actor, agent_id: str) -> Agent:
        """Answer one agent. Raises `NotFound` where there is none, or it is not the actor's to know of."""
        with self._database.read() as session:
            row = session.get(AgentRow, agent_id)
            if row is None or not policy.may(actor, Action.READ_AGENTS, row.seers):
                raise NotFound(_NO_AGENT)
            return standing.agents(session, [row], self._clock())[0]

    def approve(self, actor: Actor, agent_id: str) -> Agent:
        """Approve an agent for all audiences that the actor decides for."""
        return self._decide(actor, agent_id, Ruling.APPROVED)

    def refuse(self, actor: Actor, agent_id: str) -> Agent:
        """Refuse an agent, or take an approval back: it works no more from now on."""
        return self._decide(actor, agent_id, Ruling.REFUSED)

    def stop(self, actor: Actor, agent_id: str) -> Agent:
        """Stop an agent at once, in every process."""
        self.get(actor, agent_id)
        with self._units() as work:
            row = work.session.get_one(AgentRow, agent_id, with_for_update=True)
            audience = _stops_for(actor, row)
            standing.put(work, row, actor, audience, Ruling.STOPPED)
            self._record(work, actor, row, "agent.stop", audience)
            work.commit()
        return self.get(actor, agent_id)

    def resume(self, actor: Actor, agent_id: str) -> Agent:
        """Take stops back: those that the actor may take back. Raises `Denied` where a stop of others stays.

        No program does: a token that watches and stops must not undo what a person stopped.
        """
        self.get(actor, agent_id)
        if actor.kind is ActorKind.TOKEN:
            raise Denied(
                Text("再開はサインインした人が行います。", "A person who is signed in lets agents work again.")
            )
        with self._units() as work:
            row = work.session.get_one(AgentRow, agent_id, with_for_update=True)
            stops = [each for each in standing.decisions(work.session, [agent_id]) if each.is_stop]
            if not stops:
                raise Conflict(Text("停止されていません。", "It is not stopped."))
            if any(not policy.may(actor, Action.STOP_AGENT, (each.audience,)) for each in stops):
                raise Denied(Text("停止した側の人だけが再開できます。", "Only those who stopped it resume it."))
            for each in stops:
                work.session.delete(each)
            standing.settle(work, row)
            self._record(work, actor, row, "agent.resume", *(each.audience for each in stops))
            work.commit()
        return self.get(actor, agent_id)

    def _register(self, actor: Actor, owner_id: str, organization_id: str, said: Registration) -> Agent:
        check(said, self._tools)
        publishers = self._publishers(said.reach.datasets or ())
        with self._units() as work:
            check_known(work.session, owner_id, organization_id, said.reach, publishers)
            check_room(work.session, owner_id, work.now)
            row = standing.row_of(said, owner_id, organization_id)
            row.id, row.created, row.expires = new_id(), work.now, work.now + timedelta(days=said.days)
            row.deciders = list(deciders(said.reach, publishers))
            reached = {organization_id, *(said.reach.organizations or ()), *publishers.values()}
            # The widest first: whoever stops it does so for the first of these that they may stop for.
            row.seers = [policy.PORTAL, *sorted(map(policy.organization, reached)), policy.person(owner_id)]
            work.session.add(row)
            self._record(work, actor, row, "agent.register", *row.deciders)
            work.commit()
        return self.get(actor, row.id)

    def _decide(self, actor: Actor, agent_id: str, ruling: Ruling) -> Agent:
        known = self.get(actor, agent_id)
        own = tuple(each for each in known.deciders if _decides_for(actor, each))
        if not own:
            raise Denied(
                Text("承認するのは、データを所管する組織か統括者です。", "Owners of the data, or governors, decide.")
            )
        if known.state is AgentState.EXPIRED:
            raise Conflict(Text("期限が切れています。登録し直してください。", "It has expired. Register it anew."))
        with self._units() as work:
            row = work.session.get_one(AgentRow, agent_id, with_for_update=True)
            for audience in own:
                standing.put(work, row, actor, audience, ruling)
            self._record(work, actor, row, "agent.approve" if ruling is Ruling.APPROVED else "agent.refuse", *own)
            work.commit()
        return self.get(actor, agent_id)

    @staticmethod
    def _record(work: Work, actor: Actor, row: AgentRow, action: str, *audiences: str) -> None:
        audit.record(
            work,
            actor,
            action,
            f"agent:{row.id}",
            organization_id=row.organization_id,
            audiences=list(audiences),
            on_behalf_of=row.owner_id,
        )


def _decides_for(actor: Actor, audience: str) -> bool:
    action = Action.APPROVE_AGENT if audience == policy.PORTAL else Action.SHARE_WITH_AGENT
    return bool(policy.may(actor, action, (audience,)))


def _stops_for(actor: Actor, row: AgentRow) -> str:
    """Name the audience in whose name the actor stops an agent, the widest one. Raises `Denied`."""
    for audience in row.seers:
        if policy.may(actor, Action.STOP_AGENT, (audience,)):
            return audience
    raise Denied(
        Text(
            "止められるのは、統括者、対象の組織の管理者、所有者です。",
            "Governors, administrators of the organizations it reaches, and its owner stop it.",
        )
    )
