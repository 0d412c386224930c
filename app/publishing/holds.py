"""What keeps a version back: data of persons that nobody has released, and later contents that are public already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.publishing.models import SubmissionRow
from app.publishing.records import examination_of
from app.publishing.submission import SubmissionState

if TYPE_CHECKING:
    from app.infra.work import Work
    from app.publishing.examination import Examination

# Releases are rare, and each one stands for all that come after it.
RELEASES = 50
Place = tuple[str, str, str]
_THROUGH = (SubmissionState.PUBLISHED.value, SubmissionState.UNCHANGED.value)


def places(examination: Examination) -> frozenset[Place]:
    """Name where data of persons may stand: resource, column, kind."""
    return frozenset(
        (table.resource, each.column, each.kind) for table in examination.tables for each in table.personal
    )


def holds(work: Work, row: SubmissionRow, dataset_id: str, examination: Examination) -> tuple[str, ...]:
    """List the kinds of personal data for which a governor has to decide.

    What was released once for the same column of the same dataset stays released, so that a daily update goes on.
    """
    found = places(examination)
    if not found:
        return ()
    query = (
        select(SubmissionRow.examination)
        .where(SubmissionRow.dataset_id == dataset_id, SubmissionRow.id != row.id, SubmissionRow.released.is_not(None))
        .order_by(SubmissionRow.released.desc())
        .limit(RELEASES)
    )
    released: set[Place] = set()
    for earlier in work.session.scalars(query):
        released |= places(examination_of(earlier))
    return tuple(sorted({kind for _, _, kind in found - released}))


def is_overtaken(work: Work, row: SubmissionRow, dataset_id: str) -> bool:
    """Say whether something that was sent later is public already. The dataset must be locked."""
    later = select(SubmissionRow.id).where(
        SubmissionRow.dataset_id == dataset_id,
        SubmissionRow.created > row.created,
        SubmissionRow.state.in_(_THROUGH),
    )
    return work.session.scalar(later.limit(1)) is not None
