"""`describe_dataset`: all that an agent needs to ask a table right, in one call; the most important is cut last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from app.agents.choosing import newest_of, table_part
from app.agents.citing import cite_dataset
from app.agents.naming import dataset_of, table_of
from app.agents.running import running_told
from app.agents.tables import Told, asked_by, extras_of, sampled
from app.agents.telling import column_told, dataset_told, notes_on
from app.agents.tool import Answer, Arguments, Draft, Tool
from app.catalog import addresses
from app.metadata.words import filled
from app.query.meaning import Detail

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.catalog.record import Column, DatasetRecord

_MOST_NAMES, _FEW_NAMES = 100, 20
_MOST_FILES = 20
_CITATION = "citation"
# Of a wide table columns are left out before how to cite it is.
_CITED_AFTER = 5


class DescribeDataset(Arguments):
    """Which table of which dataset, and how much to say of it."""

    dataset: str = Field(max_length=500)
    resource: str = Field("", max_length=500)
    version: int = Field(0, ge=0, le=999_999_999)
    detail: Detail = Detail.STANDARD


def run(desk: Desk, call: Call, arguments: DescribeDataset) -> Draft:
    """Describe a dataset and one of its tables. Raises `NotFound` with the names that are near."""
    record = dataset_of(desk, call, arguments.dataset, version=arguments.version)
    call.saw(record)
    named = arguments.resource or table_part(arguments.dataset)
    head = dataset_told(call, record, arguments.detail)
    notes = notes_on(record, newest_of(desk, call, record, arguments.version))
    if not named and not any(each.table for each in record.resources):
        return _of_files(desk, call, record, head, notes)
    resource = table_of(record, named)
    table = Told(record, resource, desk.rows.frame(resource))
    sample = sampled(desk, table, arguments.detail)
    call.saw(record, rows=len(sample))
    filled_ones = [each for each in table.frame.columns if not _is_empty(each, table.frame.rows)]
    columns = [column_told(call, each, arguments.detail) for each in filled_ones]
    empty = [each.name for each in table.frame.columns if _is_empty(each, table.frame.rows)]
    said = head | asked_by(table, arguments.detail) | filled({"empty_columns": empty[:_MOST_NAMES]})
    running, mind = running_told(desk, table.frame) if arguments.detail is not Detail.BRIEF else ({}, ())
    extras = extras_of(desk, call, table, arguments.detail)
    return _draft({**said, **running}, columns, sample, extras, (*notes, *mind))


def _is_empty(column: Column, rows: int) -> bool:
    return bool(rows and column.profile and column.profile.missing >= rows)


def _draft(
    said: dict[str, Any],
    columns: list[dict[str, Any]],
    sample: list[dict[str, Any]],
    extras: list[tuple[str, Any]],
    notes: tuple[str, ...],
) -> Draft:
    """Order what can be cut: columns are told before rows are shown, all else after that; how to cite is cut late."""
    names = [each["name"] for each in columns]
    cited = [each for each in extras if each[0] == _CITATION]
    others = [each for each in extras if each[0] != _CITATION]
    first = min(len(columns), _CITED_AFTER)

    def make(count: int) -> Answer:
        is_cited = bool(cited) and count > first
        told = columns[: count - is_cited]
        left = max(0, count - is_cited - len(columns))
        rest = names[len(told) : len(told) + (_MOST_NAMES if count else _FEW_NAMES)]
        more = dict(others[: max(0, left - len(sample))]) | (dict(cited) if is_cited else {})
        return Answer(said | filled({"columns": told, "more_columns": rest, "sample": sample[:left]}) | more, {}, notes)

    many = f"parts ({len(columns)} columns, then sample rows and other details)"
    return Draft(len(columns) + len(sample) + len(extras), make, many)


def _of_files(desk: Desk, call: Call, record: DatasetRecord, head: dict[str, Any], notes: tuple[str, ...]) -> Draft:
    """Tell of a dataset without tables where its files lie."""
    files = [
        filled(
            {
                "resource": each.name,
                "title": call.words(each.title),
                "format": each.format,
                "bytes": each.file.size,
                "url": desk.site.absolute(addresses.data(record.path, each.file.name)),
            }
        )
        for each in record.resources
    ]
    files += [
        filled({"resource": each.name, "title": call.words(each.title), "format": each.format, "url": each.url})
        for each in record.links
    ]
    said = head | {"citation": cite_dataset(desk.site, call, record)}
    shown = files[:_MOST_FILES]
    notes = (*notes, "This dataset has no table: rows cannot be queried; its files can be downloaded.")
    return Draft(len(shown), lambda count: Answer(said | {"files": shown[:count]}, {}, notes), "files")


TOOL = Tool(
    "describe_dataset",
    "データセットの説明",
    "What a dataset and its columns mean: units, codes, ranges, caveats, sample rows, and arguments for query_rows.",
    DescribeDataset,
    run,
    {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "columns": {"type": "array", "items": {"type": "object"}},
            "ask": {"type": "array", "items": {"type": "object"}},
        },
    },
)
