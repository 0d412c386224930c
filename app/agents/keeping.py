"""The record of calls and the budgets of agents."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.agents.service import Done
    from app.kernel.actor import Actor

log = logging.getLogger(__name__)


class Logged:
    """Writes calls to the log alone: for a portal without a registry, such as one that is read over stdio."""

    def demand_left(self, actor: Actor) -> None:
        """Let everybody ask."""

    def keep(self, done: Done) -> None:
        """Write a line."""
        log.info(
            "agent tool %s by %s %s: %s, %s rows, %s tokens, %s ms",
            done.tool,
            done.actor.kind,
            done.actor.id,
            done.code,
            done.rows,
            done.tokens,
            done.milliseconds,
        )
