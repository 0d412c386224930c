"""Records who asked what in SQL: a line in the log for each question, and an audited act where not everybody may read.

An audited act is a transaction of its own. What everybody may read is only logged: strangers could fill the record.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app import audit
from app.catalog import lifecycle
from app.catalog.record import Access, DatasetRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.infra.work import UnitsOfWork
    from app.kernel.actor import Actor
    from app.query.sql.names import Named
    from app.query.sql.service import Answered

log = logging.getLogger(__name__)

ACTION = "dataset.ask"


class Accesses:
    """Writes the record, before an answer is given out."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    def record(self, actor: Actor, answered: Answered) -> None:
        """Record an answered question. The SQL itself is not kept: it may hold what somebody was looking for."""
        self.log(actor, answered)
        self._audit(actor, answered.tables, query_hash=answered.query_hash, rows=answered.answer.total)

    def record_failed(self, actor: Actor, tables: Iterable[Named]) -> None:
        """Record a question that was run and failed: the engine's words may quote a cell."""
        self._audit(actor, tables, failed=True)

    def _audit(self, actor: Actor, tables: Iterable[Named], **detail: object) -> None:
        guarded = {each.record.id: each.record for each in tables if not _is_public(each.record)}
        if not guarded:
            return
        with self._units() as work:
            for record in guarded.values():
                audit.record(
                    work,
                    actor,
                    ACTION,
                    f"dataset:{record.id}",
                    organization_id=record.publisher.id,
                    **detail,
                )
            work.commit()

    @staticmethod
    def log(actor: Actor, answered: Answered) -> None:
        """Write the line in the log, for whoever keeps a record of their own."""
        log.info(
            "sql %s by %s %s: %s tables, %s rows, %.3f s",
            answered.query_hash,
            actor.kind,
            actor.id,
            len(answered.tables),
            answered.answer.total,
            answered.seconds,
        )


def _is_public(record: DatasetRecord) -> bool:

    return record.state in lifecycle.VISIBLE and record.access is Access.PUBLIC
