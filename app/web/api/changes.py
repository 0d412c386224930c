"""`/api/v1/resources/{id}/versions` and `/changes`: a table through time, and what changed in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlencode

import msgspec
from flask import Response, request, send_file
from pydantic import Field

from app.catalog import addresses
from app.kernel.errors import NotFound, Unavailable
from app.kernel.text import Text
from app.query import spans
from app.query.change_files import Step
from app.query.frame import frame_of
from app.query.schema_events import schema_events
from app.web.access import EVERYBODY, rule
from app.web.api import blueprint, change_shapes
from app.web.context import actor, services
from app.web.counting import took
from app.web.interface import Content, Interface, describes, json
from app.web.parameters import Parameters, Whole, read
from app.web.respond import json_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.catalog.record import DatasetRecord, ResourceRecord, VersionRecord
    from app.query.changes import Change
    from app.query.frame import Frame
    from app.query.spans import Span

_JSONL = "application/jsonl"
_PARQUET = "application/vnd.apache.parquet"
_MEDIA_TYPES = {"parquet": _PARQUET, "csv": "text/csv; charset=utf-8; header=present"}
_FILES = Content((_PARQUET, "text/csv", _JSONL))
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_POINT = Field("", max_length=100, description="A version's number, or a day or time (Japan's unless it says).")


class Asked(Parameters):
    """Between which versions; see `spans.span`."""

    since: str = _POINT
    until: str = _POINT


class AskedForPage(Asked):
    """Which of the changes."""

    limit: Annotated[Whole, Field(ge=1, le=10_000)] = 100
    after: str = Field("", max_length=200, description="Where to go on: the `next` of the answer before.")


class AskedVersions(Parameters):
    """Which of the versions."""

    limit: Annotated[Whole, Field(ge=1, le=100)] = 20
    after: Annotated[Whole, Field(ge=0, le=999_999_999)] | None = Field(
        None, description="Versions before this number: the `next` of the answer before."
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A resource through its versions, newest first."""

    record: DatasetRecord
    resource_id: str
    versions: tuple[VersionRecord, ...]

    @property
    def address(self) -> str:
        return services().site.absolute(f"/api/v1/resources/{self.resource_id}")

    def resources(self, versions: Iterable[VersionRecord | None]) -> dict[int, ResourceRecord]:
        return services().catalog.resource_in(self.resource_id, [each for each in versions if each])

    def steps(self, found: Sequence[Span]) -> list[Step]:
        """Load the tables of spans. Raises `NotFound` where there is no table at the end of one."""
        resources = self.resources(
            {each.id: each for span in found for each in (span.since, span.until) if each}.values()
        )
        return [
            Step(
                _frame_or_none(resources.get(span.since.number)) if span.since else None,
                frame_of(resources[span.until.number], services().store),
                span.until.number,
                span.until.published,
            )
            for span in found
        ]

    def dataset(self) -> change_shapes.OfDataset:
        record = self.record
        return {
            "id": record.id,
            "slug": record.slug,
            "url": services().site.absolute(addresses.dataset(record.slug)),
            "title": record.title,
            "license": record.license,
            "publisher": record.publisher.title,
        }


@blueprint.get("/resources/<uuid:resource_id>/changes")
@rule(EVERYBODY)
@describes(
    Interface(query=AskedForPage, answers={200: json(change_shapes.ChangesAnswer)}, problems=(404, 410, 422, 503))
)
def changes(resource_id: object) -> Response:
    """The rows that were inserted, updated and deleted between two versions, a page at a time."""
    asked, told = read(AskedForPage), _told(resource_id)
    span = spans.span(told.versions, asked.since, asked.until)
    [step] = told.steps([span])
    page = services().changes.page(step.before, step.after, limit=asked.limit, cursor=asked.after)
    # The next page is of the same two versions, whatever is published in between.
    going_on = {"since": span.since.number if span.since else 0, "until": span.until.number, "limit": asked.limit}
    answer: change_shapes.ChangesAnswer = {
        "dataset": told.dataset(),
        "resource": told.resource_id,
        "since": span.since,
        "until": span.until,
        "key": list(page.key) or None,
        "schema": list(page.events),
        "counts": change_shapes.ChangeCounts(**page.counts),  # type: ignore[typeddict-item]
        "total": page.total,
        "changes": [_changed(each) for each in page.changes],
        "notes": [{"code": each.code, "message": each.message} for each in page.notes],
        "truncated": page.truncated,
        "next": page.next or None,
        "next_url": f"{told.address}/changes?{urlencode(going_on | {'after': page.next})}" if page.next else None,
    }
    return _conditional(json_answer(answer))


@blueprint.get("/resources/<uuid:resource_id>/changes.<any(parquet, csv, jsonl):suffix>")
@rule(EVERYBODY)
@describes(Interface(query=Asked, answers={200: _FILES}, problems=(206, 404, 410, 416, 422, 503)))
def changes_file(resource_id: object, suffix: str) -> Response:
    """All changes between two versions as one file: Parquet or CSV as Delta Lake's change feed, or JSON Lines."""
    asked, told = read(Asked), _told(resource_id)
    span = spans.span(told.versions, asked.since, asked.until)
    name = f"changes-{span.since.number if span.since else 0}-{span.until.number}.{suffix}"
    [step] = told.steps([span])
    if suffix == "jsonl":
        found = services().changes.stream(step.before, step.after)
        return _attached(Response(_lines(found, step), content_type=_JSONL), name)
    return _file(told, [step], suffix, name)


@blueprint.get("/resources/<uuid:resource_id>/changes/days")
@rule(EVERYBODY)
@describes(Interface(answers={200: json(change_shapes.ChangeDays)}, problems=(404, 410)))
def change_days(resource_id: object) -> Response:
    """The days on which versions were published, each with the address of its changes as Parquet."""
    told = _told(resource_id)
    found: list[change_shapes.ChangeDay] = [
        {
            "day": each.day,
            "versions": [span.until.number for span in each.spans],
            "published": each.spans[-1].until.published,
            "url": f"{told.address}/changes/{each.day}.parquet",
        }
        for each in spans.days(told.versions)
    ]
    answer: change_shapes.ChangeDays = {"dataset": told.dataset(), "resource": told.resource_id, "days": found}
    return _conditional(json_answer(answer))


@blueprint.get("/resources/<uuid:resource_id>/changes/<day>.parquet")
@rule(EVERYBODY)
@describes(Interface(answers={200: Content((_PARQUET,))}, problems=(206, 404, 410, 416, 422, 503)))
def changes_of_day(resource_id: object, day: str) -> Response:
    """All changes that were published on a day of Japan's time such as `2026-11-28`, as Parquet."""
    told = _told(resource_id)
    found = spans.day(told.versions, day)
    return _file(told, told.steps(found.spans), "parquet", f"changes-{found.day}.parquet")


@blueprint.get("/resources/<uuid:resource_id>/versions")
@rule(EVERYBODY)
@describes(Interface(query=AskedVersions, answers={200: json(change_shapes.VersionsAnswer)}, problems=(404, 410)))
def resource_versions(resource_id: object) -> Response:
    """The versions that a resource is in, newest first, with their files and what changed in their columns."""
    asked, told = read(AskedVersions), _told(resource_id)
    left = [each for each in told.versions if asked.after is None or each.number < asked.after]
    shown = left[: asked.limit]
    # One more is what the oldest of them is compared with.
    resources = told.resources(left[: asked.limit + 1])
    answer: change_shapes.VersionsAnswer = {
        "dataset": told.dataset(),
        "resource": told.resource_id,
        "total": len(told.versions),
        "versions": [_version(told, each, left[place + 1 : place + 2], resources) for place, each in enumerate(shown)],
        "next": str(shown[-1].number) if len(left) > len(shown) else None,
    }
    return _conditional(json_answer(answer))


def _version(
    told: _Told, version: VersionRecord, earlier: Sequence[VersionRecord], resources: dict[int, ResourceRecord]
) -> change_shapes.VersionTold:
    resource = resources[version.number]
    before = _frame_or_none(resources[earlier[0].number]) if earlier else None
    after = _frame_or_none(resource)
    since = earlier[0].number if earlier else 0
    return {
        "version": version,
        "url": services().site.absolute(addresses.version(told.record.slug, version.number)),
        "rows": resource.table.rows if resource.table else None,
        "file": resource.file,
        "parquet": resource.parquet,
        "schema": list(schema_events(before, after)) if before and after else None,
        "changes_url": f"{told.address}/changes?since={since}&until={version.number}" if after else None,
    }


def _told(resource_id: object) -> _Told:
    record, versions = services().catalog.history(actor(), str(resource_id))
    return _Told(record, str(resource_id), versions)


def _frame_or_none(resource: ResourceRecord | None) -> Frame | None:
    try:
        return frame_of(resource, services().store) if resource else None
    except NotFound:
        return None


def _changed(change: Change) -> change_shapes.ChangedRow:
    moved = {name: change_shapes.Moved(before=was, after=now) for name, (was, now) in change.changed.items()}
    return {"change": change.change, "key": change.key or None, "row": change.row, "changed": moved}


def _lines(found: Iterator[Change], step: Step) -> Iterator[bytes]:
    for change in found:
        yield _ENCODER.encode({"version": step.version, **_changed(change)}) + b"\n"


def _file(told: _Told, steps: list[Step], suffix: str, name: str) -> Response:
    path = services().changes.file(steps, suffix)
    try:
        # Its name stands for all that the bytes depend on.
        sent = send_file(path, mimetype="text/csv", etag=path.stem, conditional=True, max_age=60)
    except FileNotFoundError as error:
        raise Unavailable(Text("もう一度お試しください。", "Try again.")) from error
    answer = _attached(sent, name)
    answer.headers["Content-Type"] = _MEDIA_TYPES[suffix]
    took(told.record, answer)
    return answer


def _attached(answer: Response, name: str) -> Response:
    """A stranger's words are never shown as a page of ours."""
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _conditional(answer: Response) -> Response:
    answer.add_etag()
    answer.make_conditional(request)
    return answer
