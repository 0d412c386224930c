"""`/sql`: a page to ask published tables in SQL, with examples that run, the cost before running, and a chart after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

from flask import Response, render_template, request

from app.catalog.record import Column, ColumnProfile
from app.kernel.errors import AppError, BadRequest, Busy, NotFound
from app.kernel.text import Text
from app.query.answer import PageRows
from app.query.citing import attribution
from app.query.formats.format import About
from app.query.formats.registry import FORMATS
from app.query.sql.names import name_of
from app.web import fairness
from app.web.access import EVERYBODY, rule
from app.web.context import actor, language, services
from app.web.errors import BUSY_SECONDS, STATUS
from app.web.packages import vega_address
from app.web.pages import blueprint
from app.web.pages.drawing import inline_facts
from app.web.pages.sql_examples import Example, examples_of, in_sql
from app.web.sql_turn import sql_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.query.answer import OutColumn, RowStream
    from app.query.sql.names import Named
    from app.query.sql.outline import Examined
    from app.query.sql.service import Answered, Price

ROWS = 1000
MOST_ROWS = 10_000
# A page of more cells takes seconds to write.
CELLS = 100_000
LISTED_DATASETS = 40
LISTED_COLUMNS = 60
# Characters of a line shown on each side of an error.
SHOWN = 60
# Formats that are written from rows as they are; the others need the engine that read them.
OFFERED = tuple(each for each in FORMATS if each.name not in {"arrow", "parquet", "geojson"})


@dataclass(frozen=True, slots=True)
class Nameable:
    """A table that a question may name."""

    name: str
    record: DatasetRecord
    resource: ResourceRecord

    @property
    def title(self) -> Text:
        """What it is called: as its dataset where that has no other table."""
        if "/" not in self.name:
            return self.record.title
        own = self.resource.title or Text(self.resource.name, self.resource.name)
        ja, en = self.record.title.get("ja"), self.record.title.get("en")
        return Text(f"{ja}：{own.get('ja')}", f"{en}: {own.get('en')}")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its first columns."""
        return self.resource.table.columns[:LISTED_COLUMNS] if self.resource.table else ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: its price, its answer where it was run, or what is wrong and where."""

    price: Price | None = None
    answered: Answered | None = None
    error: AppError | None = None


@blueprint.get("/sql")
@rule(EVERYBODY)
def sql() -> Response:
    """Ask in SQL; with `do=explain` only say what that would cost."""
    query = request.args.get("query", "").strip()
    outcome = _outcome(query, only_price=request.args.get("do") == "explain") if query else Outcome()
    tables = _tables()
    answered = outcome.answered
    body = render_template(
        "sql.html",
        query=query,
        outcome=outcome,
        spot=_spot(query, outcome.error),
        tables=tables,
        in_sql=in_sql,
        examples=_examples(tables),
        formats=tuple((each, _file(query, each.suffix)) for each in OFFERED),
        api=f"/api/v1/sql?{urlencode({'query': query}, quote_via=quote)}",
        cited=_cited(answered) if answered else (),
        chart_facts=_chart(answered) if answered else "",
        vega=vega_address(),
        section="sql",
    )
    error = outcome.error
    answer = Response(body, STATUS[type(error)] if error else HTTPStatus.OK, mimetype="text/html")
    if isinstance(error, Busy):
        answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer


@blueprint.get("/sql.<suffix>")
@rule(EVERYBODY)
def sql_file(suffix: str) -> Response:
    """The answer to `query` as a file, of 10,000 rows at most."""
    form = next((each for each in OFFERED if each.suffix == suffix), None)
    if form is None:
        raise NotFound(Text("この形式はありません。", "There is no such format."))
    query = request.args.get("query", "").strip()
    if not query:
        raise BadRequest(Text("query に SQL を指定してください。", "Give SQL in `query`."))
    with sql_turn():
        examined, tables = _examined(query)
        answered = _run(query, examined, tables, limit=MOST_ROWS)
    words = _cited(answered)
    about = About(
        title=Text("SQL の結果", "Result of SQL"),
        attribution=Text(" / ".join(each.ja for each in words), " / ".join(each.en for each in words)),
        permalink=services().site.absolute(_file(query, suffix)),
        retrieved=services().clock(),
        rows=len(answered.answer.rows),
        notes=answered.answer.notes,
    )
    # These formats read batches only.
    rows = cast("RowStream", PageRows(answered.answer.columns, answered.answer.rows))
    folder = services().settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    body = b"".join(form.write(rows, about, folder))
    answer = Response(body, content_type=form.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="result.{form.suffix}"'
    return answer


def _outcome(query: str, *, only_price: bool) -> Outcome:
    price: Price | None = None
    try:
        with sql_turn():
            examined, tables = _examined(query)
            price = services().sql.price(examined, tables)
            if only_price:
                return Outcome(price)
            return Outcome(price, _fitting(_run(query, examined, tables, limit=ROWS)))
    except AppError as error:
        if type(error) not in STATUS:
            raise
        return Outcome(price, error=error)


def _fitting(answered: Answered) -> Answered:
    """Leave out the rows that would make the page too large."""
    answer = answered.answer
    most = max(1, CELLS // max(1, len(answer.columns)))
    if len(answer.rows) <= most:
        return answered
    return replace(answered, answer=replace(answer, rows=answer.rows[:most], truncated=True))


def _examined(query: str) -> tuple[Examined, dict[str, Named]]:
    examined = services().sql.examine(query)
    names = services().sql_names
    return examined, {each.name: names.find(actor(), each) for each in examined.tables}


def _run(query: str, examined: Examined, tables: dict[str, Named], *, limit: int) -> Answered:
    answered = services().sql.ask(query, examined, tables, limit=limit)
    services().accesses.record(actor(), answered)
    fairness.spend_rows(answered.price.rows)
    return answered


def _tables() -> tuple[Nameable, ...]:
    """List tables of the datasets that changed last."""
    found = services().catalog.list(actor(), limit=LISTED_DATASETS)
    return tuple(
        Nameable(name_of(record, each), record, each)
        for record in found.items
        for each in record.resources
        if each.table and each.parquet
    )


def _examples(tables: Sequence[Nameable]) -> tuple[Example, ...]:
    return examples_of((each.name, each.title.get(language()), each.resource.table) for each in tables)


def _cited(answered: Answered) -> tuple[Text, ...]:
    """Cite every dataset that was asked, once."""
    unlike = {each.record.id: each.record for each in answered.tables}
    return tuple(attribution(record, services().site, changed=True) for record in unlike.values())


def _file(query: str, suffix: str) -> str:
    return f"/sql.{suffix}?{urlencode({'query': query}, quote_via=quote)}"


def _chart(answered: Answered) -> str:
    rows = answered.answer.rows
    if not rows:
        return ""
    columns = [
        _column(each, {row[place] for row in rows if row[place] is not None})
        for place, each in enumerate(answered.answer.columns)
    ]
    cited = " / ".join(each.get(language()) for each in _cited(answered))
    return inline_facts(columns, len(rows), cited=cited, lang=language())


def _column(out: OutColumn, values: set[Any]) -> Column:
    profile = ColumnProfile(0, len(values), _text(min, values), _text(max, values))
    if out.column is not None and out.function is None and out.part is None:
        return replace(out.column, name=out.name, type=out.type, profile=profile)
    return Column(out.name, out.type, unit=out.unit, profile=profile)


def _text(of: Any, values: set[Any]) -> str | None:
    return str(of(map(str, values))) if values else None


def _spot(query: str, error: AppError | None) -> tuple[int, str, str, str] | None:
    """Cut the line that an error is about: its number, what stands before the place, the place, what follows."""
    problem = error.report.problems[0] if error is not None and error.report and error.report.problems else None
    if problem is None or problem.row is None or not (problem.column or "").isdecimal():
        return None
    lines = query.split("\n")
    if not 1 <= problem.row <= len(lines):
        return None
    line, place = lines[problem.row - 1], int(problem.column or "1") - 1
    return problem.row, line[max(0, place - SHOWN) : place], line[place : place + 1], line[place + 1 : place + SHOWN]
