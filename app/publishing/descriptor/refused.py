"""How the reading of a descriptor ends early."""

from __future__ import annotations

from app.kernel.report import Problem


class Refused(Exception):
    """What ends the reading of a descriptor."""

    def __init__(self, refusal: Problem) -> None:
        super().__init__(refusal.code)
        self.problem = refusal
