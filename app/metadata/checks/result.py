"""What a validator says: a verdict, what is wrong, and what could be better; always short."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 20
LENGTH = 300


class Verdict(StrEnum):
    """`NOT_CHECKED` is neither good nor bad: the validator is not here, or there was nothing to look at."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one validator says of one format.

    `problems` are the first few reasons of a failure, in the validator's own words. `advice` is what it recommends
    and does not demand. `reason` says why nothing was checked.
    """

    standard: str
    format: str
    validator: str
    verdict: Verdict
    problems: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    reason: Text = Text()


@dataclass(frozen=True, slots=True)
class Findings:
    """A validator's problems and advice; without problems the description passed."""

    problems: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


def few(sentences: Iterable[str]) -> tuple[str, ...]:
    """Keep the first different sentences, each in one line and cut to a length that people read."""
    return tuple(dict.fromkeys(_cut(" ".join(each.split())) for each in islice(sentences, SHOWN)))


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= LENGTH else sentence[: LENGTH - 1] + "…"
