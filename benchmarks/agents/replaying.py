"""Replays the shortest way to an answer, and says what is not as it should be."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.agents import pointing, spelling
from benchmarks.agents.asking import Asker, Told
from benchmarks.agents.questions import Check, Question, Value

MOST_CALLS = 4
MOST_TOKENS = 6000
ASKED_FOR_ROWS = frozenset({"query_rows", "run_sql"})
# Words that stand in the injected package only: outside `data` they would be read as the portal's own.
INJECTED = ("IGNORE", "SYSTEM:", "maintenance mode", "evil.example.jp", "im_start", "999", "reply with", "Human:")


@dataclass(slots=True)
class Replay:
    """What came of a question. It is answered right where there are no faults."""

    question: Question
    told: list[Told] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """The tokens of all calls: arguments and answers."""
        return sum(each.tokens for each in self.told)

    @property
    def bytes(self) -> int:
        """The bytes of the same."""
        return sum(each.bytes for each in self.told)

    @property
    def milliseconds(self) -> float:
        """The time that the calls took."""
        return sum(each.milliseconds for each in self.told)


def replay(question: Question, asker: Asker) -> Replay:
    """Ask step by step; the first step that fails ends it."""
    came = Replay(question)
    for number, step in enumerate(question.path):
        try:
            arguments = {name: _taken(value, came.told) for name, value in step.arguments.items()}
        except pointing.Absent as error:
            came.faults.append(f"call {number} ({step.tool}) cannot be made: {error}")
            return came
        told = asker.call(step.tool, arguments)
        came.told.append(told)
        came.faults += (f"call {number} ({told.tool}): {each}" for each in fence_faults(told))
        if told.is_error:
            came.faults.append(f"call {number} ({told.tool}) is an error: {told.text[:400]}")
            return came
    came.faults += (said for check in question.checks if (said := _fault(check, question, came.told)))
    came.faults += _citation_faults(question, came.told[-1])
    if len(came.told) > MOST_CALLS:
        came.faults.append(f"{len(came.told)} calls")
    if came.tokens > MOST_TOKENS:
        came.faults.append(f"{came.tokens} tokens")
    return came


def _taken(value: Any, told: Sequence[Told]) -> Any:
    """Take an argument out of earlier answers, where it says so."""
    if isinstance(value, Mapping):
        if "template" in value:
            parts = {name: _taken(each, told) for name, each in value.items() if name != "template"}
            return value["template"].format(**parts)
        return pointing.find(told[value["from"]].structure, value["at"])
    return value


def _fault(check: Check, question: Question, told: Sequence[Told]) -> str:
    try:
        found = pointing.find(told[check.call].structure, check.at)
    except pointing.Absent as error:
        return str(error)
    wanted = question.expected.values[check.value] if check.value is not None else check.equals
    if check.one_of:
        return "" if found in check.one_of else f"{check.at} is {found!r}, not one of {list(check.one_of)}"
    if check.contains:
        has_one = any(each in str(found) for each in check.contains)
        return "" if has_one else f"{check.at} is {str(found)[:200]!r}, without one of {list(check.contains)}"
    return "" if is_same(found, wanted, question.tolerance) else f"{check.at} is {found!r}, not {wanted!r}"


def is_same(found: Any, wanted: Value | None, tolerance: float) -> bool:
    """Compare values: numbers with a relative tolerance, all else as text."""
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return abs(found - wanted) <= max(tolerance, 1e-12) * max(1.0, abs(wanted))
    return str(found) == str(wanted)


def _citation_faults(question: Question, last: Told) -> list[str]:
    """Say what is missing of the source: every dataset, and its licence."""
    if question.expected.unanswerable or last.tool not in ASKED_FOR_ROWS:
        return []
    cited = str([last.structure["data"].get(name) for name in ("citation", "citations", "tables")])
    faults = [f"citation lacks {slug}" for slug in question.expected.datasets if slug not in cited]
    unnamed = [name for name in question.expected.license if not spelling.names_license(cited, name)]
    return faults + [f"citation lacks the licence {name}: {cited[:300]}" for name in unnamed]


def fence_faults(told: Told) -> list[str]:
    """Say where publishers' words could be taken for something else than data."""
    outside = {name: value for name, value in told.structure.items() if name != "data"}
    own, sent = str(outside), str(told.arguments)
    faults = [f"{mark!r} stands outside data" for mark in INJECTED if mark in own and mark not in sent]
    faults += [f"a sign that turns or breaks lines: {each[:80]!r}" for each in _texts(told.structure) if _is_wild(each)]
    return faults


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for name, each in value.items() for text in (name, *_texts(each))]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def _is_wild(text: str) -> bool:
    return any(unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} for sign in text)
