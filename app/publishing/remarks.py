"""What is found wrong in one table: knows the place, and counts what the report has no room for."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.report import Findings, Severity
from app.publishing.problems import MESSAGES, problem


@dataclass(slots=True)
class Remarks:
    """Writes to `findings` on behalf of one resource. `errors` counts this table's alone, listed or not."""

    findings: Findings
    file: str
    resource: str
    errors: int = 0

    def add(
        self, code: str, *, row: int | None = None, column: str | None = None, value: object = None, **details: object
    ) -> None:
        """Note a problem of a code of `MESSAGES`; past the limit it is only counted, which costs next to nothing."""
        severity = MESSAGES[code].severity
        if severity is Severity.ERROR:
            self.errors += 1
        if not self.findings.room(severity):
            self.findings.omit(severity)
            return
        place = {"file": self.file, "resource": self.resource, "row": row, "column": column, "value": value}
        self.findings.add(problem(code, **place, **details))  # type: ignore[arg-type]

    def omit(self, count: int) -> None:
        """Count errors that were found but not looked at one by one."""
        self.errors += count
        self.findings.omit(Severity.ERROR, count)

    @property
    def room(self) -> int:
        """How many more errors the report will list."""
        return self.findings.room(Severity.ERROR)
