"""Every problem found in data: a code, a place, and advice in Japanese and English."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

from app.kernel.text import Text


class Severity(StrEnum):
    """An error stops publication; a warning is shown and kept."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem and its place. `row` counts lines of the file from 1, the header included."""

    code: str
    message: Text
    advice: Text
    severity: Severity = Severity.ERROR
    file: str | None = None
    resource: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All problems of one submission.

    `omitted` counts those beyond the listing's limit; `valid` says that no error is among all of them.
    """

    problems: tuple[Problem, ...] = ()
    omitted: int = 0
    valid: bool = True

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop publication."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)


def refusal(problem: Problem) -> Report:
    """Make a report of one error."""
    return Report((problem,), valid=False)


@dataclass(slots=True)
class Findings:
    """Collects problems up to a limit and counts the rest, so that a bad file cannot flood a report.

    Warnings get at most half of the places: what stops publication must be seen however much else there is to say.
    """

    limit: int = 1000
    problems: list[Problem] = field(default_factory=list)
    omitted: int = 0
    failed: bool = False
    warnings: int = 0

    def room(self, severity: Severity) -> int:
        """Say how many more problems of a severity will be listed."""
        left = self.limit - len(self.problems)
        return max(0, left if severity is Severity.ERROR else min(left, self.limit // 2 - self.warnings))

    def add(self, problem: Problem) -> None:
        """Keep the problem, or count it where there is no room; an error is never forgotten."""
        if not self.room(problem.severity):
            self.omit(problem.severity)
            return
        self.failed = self.failed or problem.severity is Severity.ERROR
        self.warnings += problem.severity is Severity.WARNING
        self.problems.append(problem)

    def omit(self, severity: Severity, count: int = 1) -> None:
        """Count problems without listing them; an error among them still stops publication."""
        self.failed = self.failed or (count > 0 and severity is Severity.ERROR)
        self.omitted += count

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add each of them."""
        for problem in problems:
            self.add(problem)

    def report(self) -> Report:
        """Freeze what was found."""
        return Report(tuple(self.problems), self.omitted, valid=not self.failed)
