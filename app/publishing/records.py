"""A submission's row and its record: how one becomes the other, and what a row may hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from app.infra.conversion import converter
from app.kernel.report import Report
from app.publishing.examination import Examination, Examined
from app.publishing.planning import choices_of
from app.publishing.submission import Progress, Submission, SubmissionState

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.infra.work import Work
    from app.publishing.models import SubmissionRow

EXAMINATION_BYTES = 4 << 20
_examination = converter(Examination, str_keys=True)
_report = converter(Report)
_progress = converter(Progress)


def submission_of(row: SubmissionRow) -> Submission:
    """Make the record of a row."""
    return _submission(row, examination_of(row.examination))


def listed(row: SubmissionRow) -> Submission:
    """As `submission_of` for lists, which leave the examination in the database."""
    return _submission(row, Examination())


def settle(row: SubmissionRow, work: Work, state: SubmissionState) -> None:
    """Move a submission to a state; a second attempt at the same work is no change."""
    if row.state != state:
        row.revision += 1
    row.state, row.updated = state, work.now


def stored(examination: Examination) -> dict[str, Any]:
    """Write an examination as JSON, without what is only shown where it would be too much for a row.

    The barest has a line for each table and for each place of personal data, whatever that comes to.
    """
    for lighter in _LIGHTER:
        made: dict[str, Any] = msgspec.to_builtins(lighter(examination), str_keys=True)
        if len(msgspec.json.encode(made)) <= EXAMINATION_BYTES:
            break
    return made


def examination_of(stored: dict[str, Any]) -> Examination:
    """Read what `stored` wrote. JSON's keys are text, also those that count columns."""
    return _examination(stored)


def _each(change: Callable[[Examined], Examined]) -> Callable[[Examination], Examination]:
    return lambda whole: replace(whole, tables=tuple(map(change, whole.tables)))


def _without_rows(table: Examined) -> Examined:
    return replace(table, shown=(), apart=tuple(replace(each, cells=()) for each in table.apart))


def _without_examples(table: Examined) -> Examined:
    proposals = tuple(replace(each, examples=()) for each in table.proposals)
    return replace(_without_rows(table), proposals=proposals, apart=())


def _counts(table: Examined) -> Examined:
    """Keep the balance of rows, and where data of persons may stand: on that depends what may be published."""
    return Examined(table.resource, table.file, table.rows_in, table.rows, table.rows_apart, personal=table.personal)


def _bare(whole: Examination) -> Examination:
    shown = [replace(each, columns_added=(), columns_removed=(), types=(), examples=()) for each in whole.comparisons]
    return replace(whole, comparisons=tuple(shown))


_LIGHTER: tuple[Callable[[Examination], Examination], ...] = (
    lambda whole: whole,
    _each(_without_rows),
    lambda whole: _bare(_each(_without_examples)(whole)),
    lambda whole: _bare(_each(_counts)(whole)),
)


def _submission(row: SubmissionRow, examination: Examination) -> Submission:
    return Submission(
        id=row.id,
        organization_id=row.organization_id,
        state=SubmissionState(row.state),
        file_name=row.file_name,
        size=row.size,
        created=row.created,
        updated=row.updated,
        report=_report(row.report),
        dataset_id=row.dataset_id,
        version_id=row.version_id,
        progress=_progress(row.progress),
        examination=examination,
        choices=choices_of(row),
        holds=tuple(row.holds),
        may_publish=row.may_publish,
        revision=row.revision,
        reason=row.reason,
    )
