"""How the reading of an archive ends early."""

from __future__ import annotations

from typing import Any

from app.publishing.problems import problem


class Refused(Exception):
    """What stops the reading of an archive at once."""

    def __init__(self, code: str, file: str | None = None, **details: Any) -> None:
        super().__init__(code)
        self.problem = problem(code, file=file, **details)
