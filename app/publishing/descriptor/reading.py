"""Where the reader of a descriptor is, so that every problem knows its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from app.kernel.report import Findings
from app.publishing.descriptor.limits import LISTED
from app.publishing.descriptor.refused import Refused
from app.publishing.descriptor.values import is_blank, shown
from app.publishing.problems import problem

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Reading:
    """`file` is the descriptor's name, `files` are those that paths may name, `read_file` opens one of them."""

    file: str
    files: frozenset[str]
    read_file: Callable[[str], bytes] | None
    findings: Findings
    resource: str | None = None

    def report(self, code: str, *, column: str | None = None, value: object = None, **details: Any) -> None:
        """Add a problem of this place. Raises `Refused` where there are too many."""
        self.findings.add(problem(code, file=self.file, resource=self.resource, column=column, value=value, **details))
        if len(self.findings.problems) >= LISTED:
            raise Refused(problem("too-many-problems", file=self.file, limit=LISTED))

    def refusal(self, code: str, **details: Any) -> Refused:
        """Make what ends the reading at this place."""
        return Refused(problem(code, file=self.file, resource=self.resource, **details))

    def understand(self, read: Callable[[Any], Value], key: str, value: Any) -> Value:
        """Read a value that is welcome but not needed: what is not understood is left out with a warning."""
        result = read("" if is_blank(value) else value)
        if not result and not is_blank(value):
            self.report("metadata-not-understood", column=key, value=shown(value))
        return result

    def within(self, resource: str) -> Reading:
        """Go into a resource."""
        return replace(self, resource=resource)

    def place(self, path: str) -> str:
        """Answer the name in the archive of a path that is relative to the descriptor."""
        folder = self.file.rpartition("/")[0]
        return f"{folder}/{path}" if folder else path
