"""What the addresses of rows take and answer for any table; `openapi/table.py` says it for one with its own columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from app.query.formats.registry import FORMATS
from app.query.meaning import Detail
from app.query.question import LIMIT, MAX_LIMIT, Question
from app.query.rows import MAX_SAMPLE
from app.web.interface import Content, Interface, json
from app.web.parameters import Loose, Whole
from app.web.rows_shapes import ColumnsAnswer, Count, Explained, RowsAnswer, Sample

Json = dict[str, Any]

FILTERS: Mapping[str, Any] = {
    "name": "filters",
    "in": "query",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "maxProperties": 0, "additionalProperties": {"type": "string"}},
    "description": (
        "Conditions by column: `<column>=value` or `<column>__<operator>=value`. `/api/v1/resources/{id}/openapi.json` "
        "lists the columns of a table and their operators; docs/rows.md says how they are written."
    ),
}


class AskedTable(Loose):
    """Which version of a table, and how much to tell of it."""

    version: Whole | None = Field(default=None, ge=1, description="A version's number; the current one if not given.")
    detail: Detail = Field(default=Detail.STANDARD, description="How much to tell of columns.")


class AskedAnswer(AskedTable):
    """What stands beside a question about rows."""

    signature: bool = Field(default=False, description="Have the answer signed, where it is JSON.")


class AskedRows(AskedAnswer):
    """What of a question has a name of its own; conditions stand beside it. `query.parameters` reads them."""

    columns: str = Field(default="", description="These columns only, in this order, with commas between them.")
    q: str = Field(default="", description="Words that must all stand somewhere in the row.")
    sort: str = Field(default="", description="Columns with commas between them; a minus before one turns it around.")
    group: str = Field(default="", description="One row for each group, such as `区,year(日付)`.")
    measures: str = Field(default="", description="Numbers for each group, such as `count,sum(人口),p90(人口)`.")
    having: str = Field(default="", description="Conditions on the groups, in JSON.")
    distinct: bool | None = Field(default=None, description="Different rows only.")
    limit: Whole = Field(default=LIMIT, ge=0, le=MAX_LIMIT, description="How many rows to answer.")
    after: str = Field(default="", description="Where to go on: the `next` of the answer before.")
    where: str = Field(default="", description="Conditions in JSON, with `and`, `or` and `not`.")
    box: str = Field(default="", description="Coordinates within degrees: west,south,east,north.")
    near: str = Field(default="", description="Coordinates within metres of a point: latitude,longitude,metres.")


class AskedColumns(AskedTable):
    """Which columns."""

    column: tuple[str, ...] = Field(default=(), description="These only, up to thirty; the first thirty if not given.")


class AskedSample(AskedTable):
    """Which sample."""

    size: Whole = Field(default=20, ge=1, le=MAX_SAMPLE, description="How many rows.")
    seed: Whole = Field(default=0, ge=0, le=2**31 - 1, description="The same rows for the same number.")


_PROBLEMS = (400, 404, 410, 422)
# Rows come as JSON, or as a file of one of these types.
FILES = tuple(dict.fromkeys(each.media_type for each in FORMATS if each.media_type != "application/json"))


def rows_or_files(answer: Any) -> Content:
    """JSON of a type, or the same rows in another format."""
    return Content(("application/json",), answer, FILES)


ROWS = Interface(query=AskedRows, answers={200: rows_or_files(RowsAnswer)}, problems=_PROBLEMS, headers=(FILTERS,))
ASK_ROWS = Interface(
    query=AskedAnswer,
    bodies={"application/json": Question},
    answers={200: rows_or_files(RowsAnswer)},
    problems=(*_PROBLEMS, 413),
)
COUNTED = Interface(query=AskedRows, answers={200: json(Count)}, problems=_PROBLEMS, headers=(FILTERS,))
EXPLAINED = Interface(query=AskedRows, answers={200: json(Explained)}, problems=_PROBLEMS, headers=(FILTERS,))
COLUMNS = Interface(query=AskedColumns, answers={200: json(ColumnsAnswer)}, problems=_PROBLEMS)
SAMPLED = Interface(query=AskedSample, answers={200: json(Sample)}, problems=_PROBLEMS)
