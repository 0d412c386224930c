"""Answers calls of tools: who may, whether the arguments hold, the tool, as many tokens as asked for, the record.

Every face for agents calls this: MCP over HTTP and over stdio, the command line, the tests.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from pydantic import ValidationError

from app.agents import refusing
from app.agents.fitting import TooFewTokens, fit
from app.agents.tokens import count
from app.agents.tool import Arguments, Call, Tool
from app.agents.tools import TOOLS
from app.catalog import lifecycle
from app.catalog.record import Access
from app.identity.agents.calls import CallRecord
from app.kernel.errors import AppError, SignInNeeded
from app.kernel.ids import new_id
from app.kernel.text import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.agents.desk import Desk
    from app.agents.fitting import Fitted
    from app.kernel.actor import Actor

log = logging.getLogger(__name__)

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call is answered with: the same JSON as text and as a structure. `code` is "ok" or that of the error."""

    text: str
    structure: Mapping[str, Any]
    code: str = "ok"
    tokens: int = 0
    rows: int = 0
    seconds: float = 0.0

    @property
    def is_error(self) -> bool:
        """The caller has to do something else."""
        return self.code != "ok"


class Keeper(Protocol):
    """Who knows of budgets and keeps the record of calls."""

    def demand_left(self, actor: Actor) -> None:
        """Raise `OverBudget` where an agent has nothing left, `SignInNeeded` where it was stopped."""
        ...

    def keep(self, call: CallRecord) -> None:
        """Write a call down, take what it cost, and raise `SignInNeeded` where the agent was stopped meanwhile."""
        ...


class AgentTools:
    """The tools."""

    def __init__(self, desk: Desk, keeper: Keeper, tools: Sequence[Tool] = TOOLS) -> None:
        self._desk, self._keeper = desk, keeper
        self._tools = {tool.name: tool for tool in tools}

    @property
    def desk(self) -> Desk:
        """What the tools work with."""
        return self._desk

    def named(self, name: str) -> Tool | None:
        """Find a tool by its name."""
        return self._tools.get(name)

    def offered(self, actor: Actor) -> tuple[Tool, ...]:
        """List the tools that somebody may call, always in the same order."""
        return tuple(tool for tool in self._tools.values() if _may_call(actor, tool.name))

    def call(
        self, actor: Actor, name: str, arguments: Mapping[str, Any], *, client: str = "", asker: str = ""
    ) -> Outcome:
        """Answer a call. What is wrong with it is an answer as well, but for `SignInNeeded`, which is the face's.

        `client` is what the program calls itself; `asker` tells apart who is nobody in particular.
        """
        began = time.monotonic()
        call = Call(actor, self._desk.clock(), text_of(_plain(arguments)).language("ja"), asker=asker)
        sent = self._sent(name, arguments, client)
        try:
            outcome = self._answered(call, name, arguments)
        except SignInNeeded as error:
            self._keeper.keep(_done(call, sent, Outcome("", {}, error.code), time.monotonic() - began))
            raise
        seconds = time.monotonic() - began
        self._keeper.keep(_done(call, sent, outcome, seconds))
        return replace(outcome, rows=call.rows, seconds=seconds)

    def read(
        self,
        actor: Actor,
        name: str,
        arguments: Mapping[str, Any],
        read: Callable[[Call], Read],
        *,
        client: str = "",
        written: Callable[[Read], str] = str,
    ) -> Read:
        """Answer a document, or a list of some, under the rules and in the record of a tool.

        Its size is that of what `written` makes of it. Raises what `read` raises, and `Denied`.
        """
        began = time.monotonic()
        call = Call(actor, self._desk.clock())
        outcome = Outcome("", {}, "internal")
        try:
            self._keeper.demand_left(actor)
            if not _may_call(actor, name):
                raise refusing.out_of_scope(name)
            found = read(call)
            text = written(found)
            outcome = Outcome(text, {}, tokens=count(text))
        except AppError as error:
            outcome = Outcome("", {}, error.code)
            raise
        finally:
            self._keeper.keep(_done(call, self._sent(name, arguments, client), outcome, time.monotonic() - began))
        return found

    def _sent(self, name: str, arguments: Mapping[str, Any], client: str) -> tuple[str, Mapping[str, Any], str]:
        """Say what was sent; a name that no tool has is anybody's words, and is not kept."""
        return name if name in self._tools else "", arguments, client

    def _answered(self, call: Call, name: str, arguments: Mapping[str, Any]) -> Outcome:
        try:
            self._keeper.demand_left(call.actor)
            return _said(self._run(call, name, arguments))
        except AppError as error:
            if isinstance(error, refusing.NOT_FOR_TOOLS):
                raise
            return _refused(refusing.of(error))
        except ValidationError as error:
            return _refused(refusing.of_arguments(error, self._tools[name]))
        except TooFewTokens as error:
            return _refused(refusing.of_tokens(error.needed))
        except Exception:
            reference = new_id()
            log.exception("unexpected error %s in tool %s", reference, name[:100])
            return _refused(refusing.unexpected(reference))

    def _run(self, call: Call, name: str, arguments: Mapping[str, Any]) -> Fitted:
        tool = self._tools.get(name)
        if tool is None:
            raise refusing.unknown_tool(name, [each.name for each in self.offered(call.actor)])
        if not _may_call(call.actor, name):
            raise refusing.out_of_scope(name)
        asked: Arguments = tool.arguments.model_validate(arguments)
        return fit(tool.run(self._desk, call, asked), asked.max_tokens)


def _may_call(actor: Actor, name: str) -> bool:
    return actor.reach is None or actor.reach.tools is None or name in actor.reach.tools


def _said(fitted: Fitted) -> Outcome:
    return Outcome(fitted.text, fitted.structure, tokens=fitted.tokens)


def _refused(refusal: refusing.Refusal) -> Outcome:
    return Outcome(refusal.text, refusal.structure, refusal.code, refusal.tokens)


def _done(call: Call, sent: tuple[str, Mapping[str, Any], str], outcome: Outcome, seconds: float) -> CallRecord:
    name, arguments, client = sent
    # Errors tell of what was looked into as well: names of columns, a cell that is no number.
    seen = call.datasets
    guarded = (
        each.id for each in seen.values() if each.access is not Access.PUBLIC or each.state not in lifecycle.VISIBLE
    )
    return CallRecord(
        at=call.now,
        actor=call.actor,
        tool=name,
        arguments=hashlib.sha256(_canonical(arguments)).hexdigest(),
        datasets=tuple(seen),
        guarded=tuple(guarded),
        rows=0 if outcome.is_error else call.rows,
        bytes=len(outcome.text.encode()),
        tokens=outcome.tokens,
        code=outcome.code,
        milliseconds=round(seconds * 1000),
        client=client,
        found_nothing=call.found_nothing,
        query_hash=call.query_hash,
    )


def _canonical(arguments: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(arguments, order="sorted")
    except UnicodeEncodeError:
        # Halves of pairs, which JSON can spell and UTF-8 cannot.
        return json.dumps(arguments, sort_keys=True).encode()


def _plain(arguments: Mapping[str, Any]) -> str:
    """Join what was sent as text, to see its language."""
    return " ".join(str(value)[:500] for value in arguments.values() if isinstance(value, str | list))
