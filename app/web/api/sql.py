"""`/api/v1/sql`: questions in SQL about every table that the caller may read, with the meaning of what comes back."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

from flask import Response, request
from pydantic import AwareDatetime, Field

from app.catalog import addresses
from app.kernel.errors import AppError, BadRequest
from app.kernel.text import Text
from app.query.answer import Note
from app.query.citing import attribution
from app.query.formats.format import About
from app.query.meaning import Detail, meaning
from app.query.sql.gate import QUERY_BYTES
from app.query.sql.names import name_of
from app.query.sql.refusals import asks_time
from app.query.sql.stream import stream_of
from app.web import fairness
from app.web.access import EVERYBODY, Rule, rule
from app.web.api import blueprint, sql_shapes
from app.web.context import actor, services
from app.web.interface import Interface, describes, json
from app.web.parameters import Body, Parameters, Whole, read, read_json
from app.web.respond import json_answer
from app.web.rows_interface import rows_or_files
from app.web.rows_request import format_of
from app.web.sql_turn import demand_room, sql_turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.query.answer import OutColumn
    from app.query.formats.format import RowFormat
    from app.query.sql.names import Named
    from app.query.sql.outline import Examined
    from app.query.sql.service import Answered, Price

LIMIT = 1000
MAX_LIMIT = 10_000
BODY_BYTES = 128 * 1024
# Servers take no longer addresses, ours 8,190 bytes with the method and what follows.
ADDRESS_BYTES = 8000

_LIMIT = Field(ge=1, le=MAX_LIMIT, description="So many rows at most.")
_QUERY = Field(max_length=QUERY_BYTES, description="One SELECT in DuckDB's SQL; see docs/sql.md.")
_AT = Field(default=None, description="A time with its zone: answer as of then, for good.")


class Sent(Body):
    """A question in SQL. With `at`, tables are those that were the current ones at that time."""

    query: Annotated[str, _QUERY]
    limit: Annotated[int, Field(strict=True), _LIMIT] = LIMIT
    detail: Detail = Detail.STANDARD
    at: AwareDatetime | None = _AT


class Asked(Parameters):
    """A question in SQL, in the address. With `at`, tables are those that were the current ones at that time."""

    query: Annotated[str, _QUERY]
    limit: Annotated[Whole, _LIMIT] = LIMIT
    detail: Detail = Detail.STANDARD
    at: AwareDatetime | None = _AT


@dataclass(frozen=True, slots=True)
class _Question:
    """What both ways of asking have."""

    query: str
    limit: int
    detail: Detail
    at: datetime | None = None


class SentForPrice(Body):
    """A question in SQL that is not run."""

    query: Annotated[str, _QUERY]


_PROBLEMS = (404, 408, 410, 413, 422, 503)
LONG_NOTE = Note(
    "no-permalink",
    Text(
        "SQL が長く URL に収まりません。引用には query_hash と tables の pinned を記してください。"
        "同じ答えは、同じ本文に citation.at の日時を at として加えて POST すると得られます。",
        "The SQL is too long for an address. Cite `query_hash` and the `pinned` names of the tables; the same answer "
        "comes for a POST of the same body with `at` set to the citation's `at`.",
    ),
)
CLOCK_NOTE = Note(
    "no-permalink",
    Text(
        "現在の日時を尋ねる SQL なので、同じ答えを返す URL はありません。引用する場合は日時を直接書いてください。",
        "The question asks what time it is, so that no address answers the same again. Write the day to cite it.",
    ),
)


@blueprint.get("/sql")
@rule(EVERYBODY)
@describes(Interface(query=Asked, answers={200: rows_or_files(sql_shapes.SqlAnswer)}, problems=_PROBLEMS))
def sql_by_address() -> Response:
    """Answer one SELECT over published tables, named "dataset-slug" or "slug/resource"; joins are allowed."""
    return _of_address(None)


@blueprint.get("/sql.<suffix>")
@rule(EVERYBODY)
@describes(Interface(query=Asked, answers={200: rows_or_files(sql_shapes.SqlAnswer)}, problems=_PROBLEMS))
def sql_as(suffix: str) -> Response:
    """The same in the format that the address names, such as CSV, Parquet or Excel."""
    return _of_address(suffix)


@blueprint.post("/sql")
@rule(Rule(safe_post=True))
@describes(
    Interface(
        bodies={"application/json": Sent},
        answers={200: rows_or_files(sql_shapes.SqlAnswer)},
        problems=_PROBLEMS,
    )
)
def sql() -> Response:
    """Answer one SELECT over published tables, named "dataset-slug" or "slug/resource"; joins are allowed."""
    demand_room()
    request.max_content_length = BODY_BYTES
    sent = read_json(Sent)
    return _answered(_Question(sent.query, sent.limit, sent.detail, _moment(sent.at)), format_of(None))


@blueprint.post("/sql/explain")
@rule(Rule(safe_post=True))
@describes(
    Interface(
        bodies={"application/json": SentForPrice},
        answers={200: json(sql_shapes.SqlPrice)},
        problems=_PROBLEMS,
    )
)
def explain_sql() -> Response:
    """Say what a question would read, in rows and bytes, without running it."""
    demand_room()
    request.max_content_length = BODY_BYTES
    text = read_json(SentForPrice).query
    with sql_turn():
        examined = services().sql.examine(text)
        tables = _tables(examined)
        price = services().sql.price(examined, tables)
    return json_answer(_price(price) | {"tables": _used(tables.values())})


@blueprint.get("/resources/<uuid:resource_id>/joins")
@rule(EVERYBODY)
@describes(Interface(answers={200: json(sql_shapes.JoinsAnswer)}, problems=(404, 410)))
def joins(resource_id: object) -> Response:
    """Columns of other tables that this one can be joined with: the same codes, or values in common."""
    record, resource = services().catalog.resource(actor(), str(resource_id))
    with fairness.spending_time():
        found = services().hints.joins(actor(), record, resource)
    site = services().site
    answer: sql_shapes.JoinsAnswer = {
        "table": name_of(record, resource),
        "joins": [
            {
                "column": each.column,
                "table": name_of(each.record, each.resource),
                "other_column": each.other,
                "reason": each.reason,
                "share": each.share,
                "dataset": {
                    "id": each.record.id,
                    "slug": each.record.slug,
                    "url": site.absolute(addresses.dataset(each.record.slug)),
                    "title": each.record.title,
                },
                "resource": {"id": each.resource.id, "name": each.resource.name, "title": each.resource.title},
                "sql": each.sql,
            }
            for each in found
        ],
    }
    return json_answer(answer)


def _of_address(suffix: str | None) -> Response:
    form = format_of(suffix)
    asked = read(Asked)
    return _answered(_Question(asked.query, asked.limit, asked.detail, _moment(asked.at)), form)


def _moment(at: datetime | None) -> datetime | None:
    try:
        return at.astimezone(UTC) if at else None
    except OverflowError as error:
        raise BadRequest(Text("at の日時が範囲外です。", "The time in `at` is out of range.")) from error


def _answered(question: _Question, form: RowFormat | None) -> Response:
    asked = services().sql
    with sql_turn():
        examined = asked.examine(question.query)
        if examined.clock and question.at is not None:
            raise asks_time()
        tables = _tables(examined, question.at)
        try:
            answered = asked.ask(question.query, examined, tables, limit=question.limit)
        except AppError:
            services().accesses.record_failed(actor(), tables.values())
            raise
    services().accesses.record(actor(), answered)
    fairness.spend_rows(answered.price.rows)
    response = json_answer(_shown(answered, question)) if form is None else _file(answered, question, form)
    response.vary.add("Accept")
    if question.at is not None:
        said = (answered.query_hash, str(question.limit), question.detail, "json" if form is None else form.name)
        response.set_etag(hashlib.sha256("\0".join(said).encode()).hexdigest()[:32])
        response.make_conditional(request)
    return response


def _file(answered: Answered, question: _Question, form: RowFormat) -> Response:
    """Write the answer, all of which is there, in another format."""
    folder = services().settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    cited = [attribution(each.record, services().site, changed=True) for each in answered.tables]
    about = About(
        title=Text(" / ".join(each.record.title.get("ja") for each in answered.tables)),
        attribution=Text("\n".join(each.get("ja") for each in cited), "\n".join(each.get("en") for each in cited)),
        permalink=_permalink(answered, question, form.suffix) or "",
        retrieved=None if question.at else services().clock(),
        rows=len(answered.answer.rows),
        notes=_notes(answered, question),
    )
    with (
        tempfile.TemporaryDirectory(dir=folder) as scratch,
        closing(stream_of(answered, services().sql.engine, Path(scratch) / "rows.jsonl")) as stream,
    ):
        body = b"".join(form.write(stream, about, Path(scratch)))
    response = Response(body, content_type=form.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename=answer.{form.suffix}"
    if about.permalink:
        response.headers["Link"] = f'<{about.permalink}>; rel="cite-as"'
    return response


def _at(answered: Answered, question: _Question) -> datetime | None:
    """Say as of when the same is answered for ever: what was published after the newest table does not count."""
    if question.at is not None or answered.clock:
        return question.at
    return max((each.record.version.published for each in answered.tables if each.record.version), default=None)


def _permalink(answered: Answered, question: _Question, suffix: str = "") -> str | None:
    """Write the address that answers the same for ever, where there is one that servers take."""
    if answered.clock:
        return None
    query = {"query": question.query, "limit": str(question.limit)}
    if question.detail is not Detail.STANDARD:
        query["detail"] = question.detail
    if (at := _at(answered, question)) is not None:
        query["at"] = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    path = "/api/v1/sql" + (f".{suffix}" if suffix else "")
    address = services().site.absolute(f"{path}?{urlencode(query, quote_via=quote)}")
    return address if len(address) <= ADDRESS_BYTES else None


def _notes(answered: Answered, question: _Question) -> tuple[Note, ...]:
    """Say how an answer is cited that no address answers again."""
    notes = answered.answer.notes
    if answered.clock:
        return (*notes, CLOCK_NOTE)
    return notes if _permalink(answered, question) else (*notes, LONG_NOTE)


def _tables(examined: Examined, at: datetime | None = None) -> dict[str, Named]:
    names = services().sql_names
    return {each.name: names.find(actor(), each, at) for each in examined.tables}


def _shown(answered: Answered, question: _Question) -> dict[str, Any]:
    found = answered.answer
    names = _unlike([column.name for column in found.columns])
    columns = [
        _column(column, origin, name, question.detail)
        for column, origin, name in zip(found.columns, answered.origins, names, strict=True)
    ]
    return {
        "columns": columns,
        "rows": [dict(zip(names, row, strict=True)) for row in found.rows],
        "total": found.total,
        "exact": found.exact,
        "truncated": found.truncated,
        "notes": _notes(answered, question),
        "cost": _price(answered.price) | {"seconds": None if question.at else round(answered.seconds, 4)},
        "citation": {
            "query_hash": answered.query_hash,
            "rows": found.total,
            "permalink": _permalink(answered, question),
            "at": _at(answered, question),
            "retrieved": None if question.at else services().clock(),
            "tables": _used(answered.tables),
        },
    }


def _column(column: OutColumn, origin: Named | None, name: str, detail: Detail) -> dict[str, Any]:
    if origin is None:
        return {"name": name, "type": column.type}
    said = meaning(column, origin.resource, detail)
    return said | {"name": name, "table": origin.name}


def _unlike(names: list[str]) -> list[str]:
    """Number names that stand twice: members of a JSON object cannot."""
    unlike: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for name in names:
        number, other = numbers.get(name, 1), name
        while other in unlike:
            number += 1
            other = f"{name}_{number}"
        unlike[other] = None
        numbers[name] = number
    return list(unlike)


def _used(tables: Iterable[Named]) -> list[sql_shapes.UsedTable]:
    """Cite each table; the bytes of its file, and so the answer, can be had again by version and hash."""
    site = services().site
    return [
        {
            "name": each.name,
            "dataset": {
                "id": each.record.id,
                "slug": each.record.slug,
                "url": site.absolute(addresses.dataset(each.record.slug)),
                "title": each.record.title,
            },
            "resource": {"id": each.resource.id, "name": each.resource.name, "title": each.resource.title},
            "version": each.record.version,
            "pinned": _pinned(each),
            "sha256": each.frame.id,
            "license": each.record.license,
            "publisher": each.record.publisher.title,
            "attribution": attribution(each.record, site, changed=True),
            "caveats": each.record.caveats or None,
        }
        for each in tables
    ]


def _pinned(named: Named) -> str:
    version = named.record.version
    return f"{named.record.slug}/{named.resource.name}@{version.number if version else 0}"


def _price(price: Price) -> dict[str, Any]:
    return {
        "rows": price.rows,
        "bytes": price.bytes,
        "pairs": price.pairs,
        "max_rows": price.max_rows,
        "max_bytes": price.max_bytes,
        "max_pairs": price.max_pairs,
        "reads": [
            {
                "table": each.name,
                "rows": each.cost.rows,
                "bytes": each.cost.bytes,
                "columns": each.cost.columns,
                "times": each.times,
            }
            for each in price.tables
        ],
    }
