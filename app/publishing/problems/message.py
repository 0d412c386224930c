"""What a problem's code says, before the details of a case are filled in."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.report import Severity
from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Message:
    """What a code says; `{names}` are filled from the problem's details."""

    message: Text
    advice: Text
    severity: Severity = Severity.ERROR
