"""How much an agent may still use today: calls, rows and bytes that come back evenly, for all processes together."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

from app.identity.agents.agent import Allowance
from app.infra.budgets import Budgets, Quota
from app.kernel.errors import OverBudget
from app.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from app.infra.budgets import Level

DAY = 86_400.0
# Access tokens of an hour: more than any number of processes that keep theirs needs.
TOKENS = Quota(120.0, 3600.0)
_NAMES = {"calls": Text("回数", "calls"), "rows": Text("行数", "rows"), "bytes": Text("バイト数", "bytes")}


class Allowances:
    """Levels by agent."""

    def __init__(self, path: Path) -> None:
        """`path` is the file that processes share; a process opens it for the first call that it answers."""
        self._path = path
        self._lock = threading.Lock()
        self._opened: Budgets | None = None

    def demand_left(self, agent_id: str, allowance: Allowance) -> None:
        """Take one call. Raises `OverBudget` where no call, row or byte is left, with the seconds until there is."""
        for name in ("rows", "bytes"):
            level = self._budgets.charge(_client(agent_id, name), 0, _quota(allowance, name))
            if level.left < 1:
                raise _spent(name, (1 - level.left) / level.quota.rate, allowance)
        level = self._budgets.take(_client(agent_id, "calls"), 1, _quota(allowance, "calls"))
        if level.missing:
            raise _spent("calls", level.wait, allowance)

    def spend(self, agent_id: str, allowance: Allowance, *, rows: int, size: int) -> None:
        """Take the rows and bytes that an answer turned out to have, into debt too."""
        self._budgets.charge(_client(agent_id, "rows"), rows, _quota(allowance, "rows"))
        self._budgets.charge(_client(agent_id, "bytes"), size, _quota(allowance, "bytes"))

    @property
    def _budgets(self) -> Budgets:
        with self._lock:
            if self._opened is None:
                self._opened = Budgets(self._path)
            return self._opened

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def demand_token(self, agent_id: str) -> None:
        """Take one access token. Raises `OverBudget` for whoever asks for one with each call."""
        level = self._budgets.take(_client(agent_id, "tokens"), 1, TOKENS)
        if level.missing:
            wait = max(1, math.ceil(level.wait))
            raise OverBudget(
                Text(
                    f"アクセストークンは有効な間使い回してください。{wait} 秒後に発行できます。",
                    f"Use an access token as long as it is good. There is another one in {wait} seconds.",
                ),
                seconds=wait,
            )

    def left(self, agent_id: str, allowance: Allowance) -> Allowance:
        """Say what is left now."""
        levels: dict[str, Level] = {
            name: self._budgets.charge(_client(agent_id, name), 0, _quota(allowance, name)) for name in _NAMES
        }
        return Allowance(**{name: max(0, math.floor(level.left)) for name, level in levels.items()})


def _client(agent_id: str, name: str) -> str:
    return f"agent {agent_id} {name}"


def _quota(allowance: Allowance, name: str) -> Quota:
    return Quota(float(getattr(allowance, name)), DAY)


def _spent(name: str, seconds: float, allowance: Allowance) -> OverBudget:
    wait, most, said = max(1, math.ceil(seconds)), getattr(allowance, name), _NAMES[name]
    return OverBudget(
        Text(
            f"1 日に使える{said.ja}（{most}）を使い切りました。{wait} 秒後に続けられます。",
            f"The {said.en} of a day ({most}) are used up; they come back evenly. Go on in {wait} seconds.",
        ),
        seconds=wait,
    )
