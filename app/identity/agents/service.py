"""Registered agents: the registry, how they prove themselves, what they may use up, and the record of their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.agents.allowances import Allowances
from app.identity.agents.calls import CallRecord, Calls
from app.identity.agents.credentials import Credentials
from app.identity.agents.recognition import Recognition
from app.identity.agents.registry import Registry
from app.identity.agents.statistics import Statistics
from app.kernel.actor import ANONYMOUS, ActorKind
from app.kernel.errors import SignInNeeded
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from app.identity.agents.agent import Allowance
    from app.identity.secrets import Secrets
    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.infra.work import UnitsOfWork
    from app.kernel.actor import Actor

_STOPPED = Text("この AI エージェントは停止されました。", "This agent was stopped.")


class Agents:
    """What can be done with agents, and what a call of one goes through."""

    def __init__(
        self,
        database: Database,
        units: UnitsOfWork,
        secrets: Secrets,
        clock: Clock,
        budgets: Path,
        *,
        tools: Collection[str],
        publishers: Callable[[Collection[str]], Mapping[str, str]],
    ) -> None:
        """`publishers` maps ids of datasets that there are to those of their organizations; `tools` are all tools.

        `budgets` is the file of what is left of them, which all processes share.
        """
        self.registry = Registry(database, units, clock, tools=tools, publishers=publishers)
        self.allowances = Allowances(budgets)
        self.credentials = Credentials(database, units, secrets, clock, self.allowances)
        self.recognition = Recognition(database, secrets, clock)
        self._clock = clock
        self.calls = Calls(database, units, clock, publishers)
        self.statistics = Statistics(database, clock)

    def recognise(self, token: str, audience: str) -> Actor:
        """Recognise an agent by its access token for an address. Raises `SignInNeeded`."""
        return self.recognition.recognise(token, audience)

    def note_refused(self, where: str, code: str = SignInNeeded.code) -> None:
        """Write down soon that something was sent which is not good, mostly a token or a secret.

        `where` stands in place of a tool.
        """
        self.calls.record(CallRecord(self._clock(), ANONYMOUS, where, "", code=code))

    def close(self) -> None:
        """Write down what is to be written, and let go of the file."""
        self.calls.batch.close()
        self.allowances.close()

    def demand_left(self, actor: Actor) -> None:
        """Take one call of an agent's day; others have no budget here.

        Raises `OverBudget` where nothing is left, `SignInNeeded` where it was stopped.
        """
        if actor.kind is ActorKind.AGENT:
            self.allowances.demand_left(actor.id, self._allowance(actor))

    def keep(self, call: CallRecord) -> None:
        """Write a call down before its answer leaves, and take what it cost.

        Raises `SignInNeeded` where the agent was stopped meanwhile: the answer must not leave.
        """
        self.calls.record(call)
        if call.actor.kind is ActorKind.AGENT:
            allowance = self._allowance(call.actor)
            self.allowances.spend(call.actor.id, allowance, rows=call.rows, size=call.bytes)

    def _allowance(self, actor: Actor) -> Allowance:
        allowance = self.recognition.allowance(actor.id)
        if allowance is None:
            raise SignInNeeded(_STOPPED)
        return allowance
