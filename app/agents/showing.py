"""What is said of a found dataset: enough to choose among several, in few tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.agents.fits import Fit
from app.agents.telling import period_told
from app.catalog.coverage import day_of
from app.catalog.places import place_of
from app.catalog.record import State
from app.search.answer import Where

if TYPE_CHECKING:
    from app.agents.candidates import Candidate
    from app.agents.tool import Call
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.search.answer import Reason

_TITLE, _NAME = 120, 60
_PLACES, _FILES, _COLUMNS, _LACKS = 3, 3, 12, 4
_IN = {Where.COLUMN: "column", Where.VALUE: "value", Where.KEYWORD: "keyword", Where.PLACE: "place"}


def brief(candidate: Candidate, record: DatasetRecord, call: Call) -> dict[str, Any]:
    """Say what a dataset is, of whom, of when and where, and why it was found."""
    said: dict[str, Any] = {
        "dataset": record.slug,
        "title": call.words(record.title)[:_TITLE],
        "publisher": call.words(record.publisher.title)[:_NAME],
        "updated": day_of(record.changed).isoformat(),
        **period_of(record),
        "place": places_of(record, call),
        "license": record.license.name or call.words(record.license.title)[:_NAME],
        "rows": sum(each.table.rows for each in record.resources if each.table),
        "quality": candidate.hit.document.quality,
        "why": why(candidate, call),
    }
    if record.state is State.DEPRECATED:
        said["state"] = "no longer updated"
    return {name: value for name, value in said.items() if value not in ("", [], None)}


def full(candidate: Candidate, record: DatasetRecord, call: Call) -> dict[str, Any]:
    """Say also which tables it has, and their columns."""
    return brief(candidate, record, call) | {"resources": resources_of(record)}


def near(candidate: Candidate, record: DatasetRecord, call: Call) -> dict[str, Any]:
    """Say what comes nearest where nothing fits, and what it lacks."""
    said = {"dataset": record.slug, "title": call.words(record.title)[:_TITLE], "lacks": lacks(candidate)}
    return {name: value for name, value in said.items() if value}


def lacks(candidate: Candidate) -> list[str]:
    """List what was asked for and is not there."""
    missing = list(candidate.sure.missing[:_LACKS]) if candidate.sure.topic else ["topic"]
    if candidate.sure.place in {Fit.NO, Fit.UNKNOWN}:
        missing.append("place")
    return [*missing, "period"] if candidate.sure.time is Fit.NO else missing


def why(candidate: Candidate, call: Call) -> list[str]:
    """Say where the words stand that the title does not show, and what fits less."""
    said = [text for reason in candidate.hit.why if (text := _reason(reason, call))]
    if not candidate.sure.is_named:
        said.append("topic: only in its description or cells")
    if candidate.sure.missing:
        said.append(f"lacks: {', '.join(candidate.sure.missing[:_LACKS])}")
    if candidate.sure.place:
        said.append(f"place: {_PLACE[candidate.sure.place]}")
    if candidate.sure.time:
        said.append(f"period: {_TIME[candidate.sure.time]}")
    return said


_PLACE = {
    Fit.YES: "covered",
    Fit.NAMED: "named in it",
    Fit.WIDER: "covers a wider area; check its rows",
    Fit.UNKNOWN: "not said",
    Fit.NO: "another place",
}
_TIME = {Fit.YES: "covered", Fit.PARTLY: "partly covered", Fit.UNKNOWN: "not said", Fit.NO: "another period"}


def period_of(record: DatasetRecord) -> dict[str, str]:
    """Say the days that a dataset is about; where nobody said them, those in its rows, else the day it was sent."""
    if said := period_told(record):
        return {"period": said}
    return {"published": f"{record.temporal.end}"} if record.temporal.end else {}


def places_of(record: DatasetRecord, call: Call) -> list[str]:
    """Name the places that a dataset is about."""
    named = []
    for said in record.spatial[:_PLACES]:
        place = place_of(said)
        named.append(call.words(place.name) if place else said[:_NAME])
    more = len(record.spatial) - _PLACES
    return [*named, f"+{more}"] if more > 0 else named


def resources_of(record: DatasetRecord) -> list[dict[str, Any]]:
    """Name the tables with their columns, and files that are none."""
    tables = [_table(each) for each in record.resources[:_FILES]]
    more = len(record.resources) - _FILES
    links = [{"resource": each.name[:_NAME], "elsewhere": each.format or "file"} for each in record.links[:_FILES]]
    return [*tables, *links, *([{"more": more}] if more > 0 else [])]


def _table(resource: ResourceRecord) -> dict[str, Any]:
    if resource.table is None:
        return {"resource": resource.name, "format": resource.format, "note": "no table; download only"}
    names = [each.name[:_NAME] for each in resource.table.columns]
    said: dict[str, Any] = {"resource": resource.name, "rows": resource.table.rows, "columns": names[:_COLUMNS]}
    return said | ({"more_columns": len(names) - _COLUMNS} if len(names) > _COLUMNS else {})


def _reason(reason: Reason, _: Call) -> str:
    if reason.where in _IN and reason.where is not Where.PLACE:
        return f"{_IN[reason.where]}: {reason.text[:_NAME]}"
    return f"{reason.word} = {reason.text[:_NAME]}" if reason.where is Where.SYNONYM else ""
