"""The record of calls: of registered agents before the answer leaves, of nobody in particular in batches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, text

from app import audit
from app.identity.agents.batch import Batch
from app.identity.agents.models import CallRow
from app.identity.agents.sums import REFUSED, sums_by
from app.kernel.actor import Actor, ActorKind
from app.kernel.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.infra.work import UnitsOfWork

KEPT_DAYS = 30
# Of those that no agent made: strangers must not fill the disk.
KEPT_ROWS = 1_000_000
LONGEST_CLIENT, LONGEST_NAME, MOST_DATASETS = 100, 64, 100
ACTION = "dataset.ask"
_NOT_A_NAME = re.compile(r"[^\w .,:;()/+@-]+")

_ADD_DAY = text(
    "INSERT INTO agent_call_days (day, tool, calls, empty, refused, rows, bytes, tokens) "
    "VALUES (:day, :tool, :calls, :empty, :refused, :rows, :bytes, :tokens) ON CONFLICT (day, tool) DO UPDATE SET "
    "calls = agent_call_days.calls + excluded.calls, empty = agent_call_days.empty + excluded.empty, "
    "refused = agent_call_days.refused + excluded.refused, rows = agent_call_days.rows + excluded.rows, "
    "bytes = agent_call_days.bytes + excluded.bytes, tokens = agent_call_days.tokens + excluded.tokens"
)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that was answered. `arguments` is the SHA-256 of them as canonical JSON, `code` "ok" or the error's.

    `guarded` are the datasets among `datasets` (ids) that not everybody may read; `client` is what the program of the
    agent calls itself. `found_nothing` says that the question is one that no data here answers. `query_hash` is that of
    a question in SQL, which its citation has.
    """

    at: datetime
    actor: Actor
    tool: str
    arguments: str
    datasets: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    rows: int = 0
    bytes: int = 0
    tokens: int = 0
    code: str = "ok"
    milliseconds: int = 0
    client: str = ""
    found_nothing: bool = False
    query_hash: str = ""


class Calls:
    """Writes calls down. `publishers` maps ids of datasets to their organizations, whose audit record has the act."""

    def __init__(
        self,
        database: Database,
        units: UnitsOfWork,
        clock: Clock,
        publishers: Callable[[Collection[str]], Mapping[str, str]],
    ) -> None:
        self._database, self._units, self._clock, self._publishers = database, units, clock, publishers
        self.batch = Batch(self._write)

    def record(self, call: CallRecord) -> None:
        """Record a call: at once where an agent was given something or not everybody may read it, else soon.

        An agent that asks on and on with nothing left makes the database write no more than a stranger does.
        """
        row = _row(call)
        is_refused = call.code in REFUSED and not call.datasets
        if not call.guarded and (is_refused or call.actor.kind is not ActorKind.AGENT):
            self.batch.add(row)
            return
        publishers = self._publishers(call.guarded) if call.guarded else {}
        with self._units() as work:
            work.session.execute(insert(CallRow), [row])
            for dataset_id in call.guarded:
                audit.record(
                    work,
                    call.actor,
                    ACTION,
                    f"dataset:{dataset_id}",
                    organization_id=publishers.get(dataset_id),
                    call=row["id"],
                    tool=row["tool"],
                    query_hash=call.query_hash or call.arguments,
                    rows=call.rows,
                )
            work.commit()

    def sum_up(self, *, kept: int = KEPT_ROWS) -> int:
        """Turn old calls that no agent made into sums of their days, those beyond the newest `kept` too; count them."""
        last = self._clock() - timedelta(days=KEPT_DAYS)
        before = last.replace(hour=0, minute=0, second=0, microsecond=0)
        of_nobody = CallRow.agent_id == ""
        newest = select(CallRow.at).where(of_nobody).order_by(CallRow.at.desc()).offset(kept).limit(1)
        with self._database.write() as session:
            # What is summed up is gone, so that a day may come in parts.
            overflow = session.scalar(newest)
            old = (of_nobody, CallRow.at < before if overflow is None else CallRow.at <= max(before, overflow))
            days = [
                {"day": day, "tool": tool, **sums}
                for (day, tool), sums in sums_by(session.scalars(select(CallRow).where(*old)).yield_per(1000)).items()
            ]
            if not days:
                return 0
            session.execute(_ADD_DAY, days)
            gone = session.execute(delete(CallRow).where(*old))
            session.commit()
        return int(gone.rowcount)  # type: ignore[attr-defined]

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        with self._database.write() as session:
            session.execute(insert(CallRow), list(rows))
            session.commit()


def _row(call: CallRecord) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": call.at,
        "agent_id": call.actor.id if call.actor.kind is ActorKind.AGENT else "",
        "actor_kind": call.actor.kind.value,
        "actor_id": call.actor.id,
        "tool": tamed(call.tool, LONGEST_NAME),
        "arguments": call.arguments,
        "datasets": list(call.datasets[:MOST_DATASETS]),
        "rows": call.rows,
        "bytes": call.bytes,
        "tokens": call.tokens,
        "code": call.code,
        "found_nothing": call.found_nothing,
        "milliseconds": call.milliseconds,
        "client": tamed(call.client, LONGEST_CLIENT),
    }


def tamed(name: str, longest: int) -> str:
    """Write what a program calls itself on one short line of letters, digits and a few signs."""
    return " ".join(_NOT_A_NAME.sub(" ", name[: longest * 4]).split())[:longest]
