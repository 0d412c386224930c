"""What the page of a table shows of a question: its columns, its rows, the links that ask otherwise, and what to copy.

Every state of the grid is an address of the page, in the very parameters of the rows API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from app.kernel.text import Text
from app.query.normal import normal, parts_of_where
from app.query.question import LIMIT, And, Box, Condition, Near, Not, Op, Or, Order, Question
from app.query.written import parameters_of
from app.web.pages.grid_fields import Field, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.catalog.record import Column
    from app.query.answer import Answer, OutColumn
    from app.query.question import Where

PAGE = 50
# More columns than these make a page slow and are not read across; the others are asked for by name.
SHOWN_COLUMNS = 60
Pairs = list[tuple[str, str]]

_NUMBERS = frozenset({"integer", "number"})
# Amounts are read with their thousands apart; what else is a number may be a year or a name.
_AMOUNTS = frozenset({"count", "money", "measure"})
_SAID: Mapping[Op, Text] = {
    Op.EXACT: Text("{c}：{v}", "{c}: {v}"),
    Op.NOT: Text("{c}：{v} 以外", "{c}: not {v}"),
    Op.IN: Text("{c}：{v} のどれか", "{c}: any of {v}"),
    Op.CONTAINS: Text("{c}：「{v}」を含む", "{c}: contains “{v}”"),
    Op.STARTS: Text("{c}：「{v}」で始まる", "{c}: starts with “{v}”"),
    Op.GT: Text("{c} ＞ {v}", "{c} > {v}"),
    Op.GTE: Text("{c} ≧ {v}", "{c} ≥ {v}"),
    Op.LT: Text("{c} ＜ {v}", "{c} < {v}"),
    Op.LTE: Text("{c} ≦ {v}", "{c} ≤ {v}"),
    Op.BETWEEN: Text("{c}：{v} の間", "{c}: between {v}"),
    Op.WITHIN: Text("{c}：{v} の中", "{c}: within {v}"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the answer. `field` is what filters it; none for what was counted.

    `turn` is the address with the rows in the order of this column, which is `ascending`, `descending` or neither.
    """

    name: str
    type: str
    title: Text
    unit: str
    column: Column | None
    order: str
    turn: str
    ascending: str
    descending: str
    fields: tuple[Field, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether its cells stand to the right."""
        return self.type in _NUMBERS

    @property
    def amount(self) -> bool:
        """Whether its numbers have their thousands apart."""
        return self.type in _NUMBERS and self.column is not None and self.column.meaning in _AMOUNTS


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that rows must meet, and the address without it."""

    said: Text
    without: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A question about a table as the page shows it. `answer` is none where it cannot be answered.

    `kept` are the parameters that the form of filters sends along; `cut` counts columns that are not shown.
    """

    question: Question
    answer: Answer | None
    heads: tuple[Head, ...]
    chips: tuple[Chip, ...]
    kept: tuple[tuple[str, str], ...]
    whole: str
    next: str
    api: str
    cut: int = 0


class Addresses:
    """Writes addresses of the page, and of the API, for questions about one table in one version."""

    def __init__(self, page: str, api: str, columns: Mapping[str, Column], version: int | None) -> None:
        self._page = page
        self._api = api
        self._columns = columns
        self._version = version

    def pairs(self, question: Question) -> Pairs:
        """The parameters of a question, and of the version where the reader named one."""
        told = [("version", str(self._version))] if self._version else []
        return told + parameters_of(question, self._columns)

    def page(self, question: Question, *, anchor: str = "data") -> str:
        """The page that shows a question. A page of the usual size is not said."""
        if question.limit == PAGE or (question.limit == LIMIT and "limit" not in question.model_fields_set):
            question = without_limit(question)
        return self._page + _query(self.pairs(question)) + f"#{anchor}"

    def api(self, question: Question) -> str:
        """The address of the rows that a page shows."""
        return self._api + _query(self.pairs(question))

    def whole(self, question: Question, *, suffix: str = "", version: int | None = None) -> str:
        """The address of the whole answer, of a version for good where one is named."""
        number = version or self._version
        told = [("version", str(number))] if number else []
        return self._api + suffix + _query(told + parameters_of(without_limit(question), self._columns))


def grid(asked: Question, answer: Answer | None, to: Addresses, columns: Mapping[str, Column], *, cut: int = 0) -> Grid:
    """Show a question and its answer."""
    plain = asked.model_copy(update={"after": ""})
    filled = dict(parameters_of(plain, columns))
    heads = tuple(_head(each, plain, to, filled, columns) for each in answer.columns) if answer else ()
    own = {(field.name, field.value) for head in heads for field in head.fields}
    own |= {("q", asked.search), ("box", filled.get("box", ""))}
    following = asked.model_copy(update={"after": answer.next}) if answer and answer.next else None
    return Grid(
        plain,
        answer,
        heads,
        _chips(plain, to, columns),
        tuple(pair for pair in to.pairs(without_limit(plain)) if pair not in own),
        to.page(Question()),
        to.page(following) if following else "",
        to.api(first_columns(following, list(columns.values()))[0]) if following else "",
        cut,
    )


def first_columns(asked: Question, columns: Sequence[Column]) -> tuple[Question, int]:
    """Ask for the first columns of a very wide table only, and count those that are left out."""
    if asked.grouped or asked.columns or len(columns) <= SHOWN_COLUMNS:
        return asked, 0
    named = [each.name for each in columns[:SHOWN_COLUMNS]]
    return asked.model_copy(update={"columns": named}), len(columns) - SHOWN_COLUMNS


def _head(
    out: OutColumn, asked: Question, to: Addresses, filled: Mapping[str, str], columns: Mapping[str, Column]
) -> Head:
    first = asked.sort[0] if asked.sort else None
    order = ""
    if first is not None and first.column == out.name:
        order = "descending" if first.descending else "ascending"
    up, down = (
        to.page(asked.model_copy(update={"sort": [Order(column=out.name, descending=way)]})) for way in (False, True)
    )
    plain = out.column is not None and out.function is None and out.part is None
    title = out.column.title if out.column is not None and plain else Text()
    return Head(
        out.name,
        out.type,
        title,
        out.unit,
        out.column,
        order,
        down if order == "ascending" else up,
        up,
        down,
        fields_of(out.column, filled, columns) if plain and out.column is not None else (),
    )


def _chips(asked: Question, to: Addresses, columns: Mapping[str, Column]) -> tuple[Chip, ...]:
    parts = parts_of_where(normal(asked).where)
    found = [Chip(_said(part, columns), to.page(_without(asked, parts, part))) for part in parts]
    if asked.search:
        said = Text(f"検索：{asked.search}", f"Search: {asked.search}")
        found.append(Chip(said, to.page(asked.model_copy(update={"search": ""}))))
    if asked.grouped:
        names = "・".join([*(each.column for each in asked.group), *(str(each.function) for each in asked.measures)])
        bare = asked.model_copy(update={"group": [], "measures": [], "having": None, "sort": [], "columns": []})
        found.append(Chip(Text(f"集計：{names}", f"Grouped: {names}"), to.page(bare)))
    if asked.columns:
        said = Text(f"{len(asked.columns)} 列だけ", f"{len(asked.columns)} columns only")
        found.append(Chip(said, to.page(asked.model_copy(update={"columns": []}))))
    if asked.distinct:
        bare = asked.model_copy(update={"distinct": False})
        found.append(Chip(Text("重複なし", "Different rows only"), to.page(bare)))
    return tuple(found)


def _without(asked: Question, parts: Sequence[Where], left_out: Where) -> Question:
    rest = [part for part in parts if part is not left_out]
    where = None if not rest else rest[0] if len(rest) == 1 else And.model_construct(all=rest)
    return asked.model_copy(update={"where": where})


def _said(part: Where, columns: Mapping[str, Column]) -> Text:
    if isinstance(part, Box):
        west, south, east, north = part.box
        words = f"{west:g}〜{east:g}°E, {south:g}〜{north:g}°N"
        return Text(f"地図の範囲：{words}", f"On the map: {words}")
    if isinstance(part, Near):
        words = f"{part.latitude:g}, {part.longitude:g}"
        return Text(f"{words} から {part.metres:g} m 以内", f"Within {part.metres:g} m of {words}")
    if isinstance(part, And | Or | Not):
        return Text("組み合わせた条件", "Combined conditions")
    return _compared(part, columns)


def _compared(part: Condition, columns: Mapping[str, Column]) -> Text:
    column = columns.get(part.column)
    title = column.title if column is not None and column.title else Text(part.column, part.column)
    if part.op is Op.NULL:
        empty = str(part.value).lower() in {"true", "1"}
        words = Text("空欄", "empty") if empty else Text("空欄でない", "not empty")
        return Text(f"{title.get('ja')}：{words.ja}", f"{title.get('en')}: {words.en}")
    value = "、".join(map(str, part.value)) if isinstance(part.value, list) else str(part.value)
    said = _SAID[part.op]
    return Text(
        said.ja.replace("{c}", title.get("ja")).replace("{v}", value),
        said.en.replace("{c}", title.get("en")).replace("{v}", value),
    )


def without_limit(question: Question) -> Question:
    """The same question about all of its rows."""
    return Question.model_validate(question.model_dump(by_alias=True, exclude_unset=True, exclude={"limit"}))


def _query(pairs: Pairs) -> str:
    return "?" + urlencode(pairs, quote_via=quote) if pairs else ""
