"""The questions: what is asked, what is right, and the shortest way there. See README.md for what each field means."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

FILE = Path(__file__).with_name("questions.json")

Language = Literal["ja", "en"]
Kind = Literal["find", "read", "aggregate", "compare", "join", "caveat", "unanswerable", "tempting", "injected"]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
Value = str | int | float


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is right. Of `unit`, `period` and `caveat` one spelling has to be in an answer, where there are any."""

    datasets: tuple[str, ...]
    values: tuple[Value, ...]
    unit: tuple[str, ...]
    period: tuple[str, ...]
    license: tuple[str, ...]
    caveat: tuple[str, ...]
    unanswerable: bool
    wrong: tuple[str, ...]
    spellings: dict[str, tuple[str, ...]] = {}


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call. An argument may be taken from an earlier answer: `{"from": 0, "at": POINTER}`."""

    tool: str
    arguments: dict[str, Any]


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What has to be at a place in the answer to a call: the expected value of that number, or what is written here.

    Of `contains` and `one_of`, one is enough.
    """

    call: int
    at: str
    value: int | None = None
    equals: Value | None = None
    contains: tuple[str, ...] = ()
    one_of: tuple[Value, ...] = ()


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. `computed` is the SQL over the published tables that the expected values come from."""

    id: str
    language: Language
    kind: Kind
    question: str
    expected: Expected
    tolerance: float
    computed: str
    shipped: bool
    path: tuple[Step, ...]
    checks: tuple[Check, ...]


def questions() -> tuple[Question, ...]:
    """Read all of them. Raises `msgspec.ValidationError`."""
    return msgspec.json.decode(FILE.read_bytes(), type=tuple[Question, ...])
