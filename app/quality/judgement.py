"""What is said of a file under one rule: a verdict, and the evidence behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACES = 10


class Verdict(StrEnum):
    """Whether a rule is kept. What cannot be told from what is known is said to be so, and costs nothing."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_APPLICABLE = "not-applicable"
    NOT_CHECKABLE = "not-checkable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact: a sentence, how often, and the first places, as "line 3", "B7" or a column's name."""

    sentence: Text
    count: int = 0
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()


def kept(ja: str, en: str, count: int = 0, places: Iterable[str] = ()) -> Judgement:
    """The rule is kept."""
    return Judgement(Verdict.KEPT, (evidence(ja, en, count, places),))


def broken(ja: str, en: str, count: int = 0, places: Iterable[str] = ()) -> Judgement:
    """The rule is broken."""
    return Judgement(Verdict.BROKEN, (evidence(ja, en, count, places),))


def not_applicable(ja: str, en: str) -> Judgement:
    """There is nothing in the file that the rule is about."""
    return Judgement(Verdict.NOT_APPLICABLE, (evidence(ja, en),))


def not_checkable(ja: str, en: str) -> Judgement:
    """What the portal knows of the file does not tell."""
    return Judgement(Verdict.NOT_CHECKABLE, (evidence(ja, en),))


def evidence(ja: str, en: str, count: int = 0, places: Iterable[str] = ()) -> Evidence:
    """Write evidence with the first few places only."""
    return Evidence(Text(ja, en), count, tuple(places)[:PLACES])
