"""Rows that are totals of other rows, as World is among countries and 総数 among wards: who adds all up is told."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.agents.countries import is_of_countries
from app.agents.country_names import country_called
from app.agents.kept import Kept
from app.query.lists import listed
from app.query.normal import columns_of
from app.query.question import Question
from app.query.storage import NUMBERS, Kind, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.agents.desk import Desk
    from app.query.frame import Frame
    from app.query.storage import Stored

NOTE = "Some rows are totals of others (data.totals): add data.totals.filters for the parts alone."
_WORDS = frozenset(
    (
        *(
            "総数",
            "総計",
            "合計",
            "計",
            "小計",
            "総合計",
            "全体",
            "男女計",
            "全国",
            "全国計",
            "全国平均",
            "世界",
            "全世界",
        ),
        *("都計", "道計", "府計", "県計", "市計", "町村計", "区計", "区部計", "市部計", "郡部計"),
        *("total", "totals", "grandtotal", "subtotal", "overall", "world"),
    )
)
# Of no country, and called so: regions, incomes, unions.
_OF_SEVERAL = re.compile(
    r"\bworld\b|income|members?\b|\barea$|\bunion$|countries|\bid[ab]\b|\bibrd\b|dividend|small states|situations"
    r"|^(?:sub-saharan |central |latin |south |south-?east(?:ern)? |north(?:ern)? |east(?:ern)? |west(?:ern)? )?"
    r"(?:africa|americas?|asia|europe|oceania|caribbean|middle east)\b|^世界|地域$|所得国|加盟国",
    re.IGNORECASE,
)
_MOST_COLUMNS, _MOST_VALUES, _LEAST_VALUES = 6, 1000, 3
_LEAST_COUNTRIES = 5
_SHOWN, _LONGEST = 4, 900
_CODE = re.compile(r"code|コード", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wholes:
    """Which cells of a column are totals of others. `by` is the column to leave them out by, `cells` what it has."""

    column: str
    values: tuple[str, ...]
    by: str
    cells: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """Say some of them, and the filters of `query_rows` that leave all of them out."""
        return {"column": self.column, "values": list(self.values[:_SHOWN]), "filters": self._filters()}

    def _filters(self) -> list[str]:
        texts, cells = [], list(self.cells)
        while cells:
            many = len(cells)
            while many > 1 and len(listed(cells[:many])) > _LONGEST:
                many -= 1
            texts.append(f"{self.by} not in {listed(cells[:many])}" if many > 1 else f"{self.by} != {cells[0]}")
            cells = cells[many:]
        return texts


_KEPT: Kept[tuple[Wholes, ...]] = Kept(())


def totals_among(desk: Desk, frame: Frame, question: Question) -> Wholes | None:
    """Answer what a question counts twice, or sorts among its parts; `None` where it says which it wants."""
    columns = stored(frame)
    if not _is_mixing(question, columns):
        return None
    narrowed, grouped = columns_of(question.where), {each.column for each in question.group}
    for each in _KEPT.of(frame.id, lambda: _wholes(desk, frame, columns)):
        is_apart = bool({each.column, each.by} & grouped) and not question.sort
        if not ({each.column, each.by} & narrowed or is_apart):
            return each
    return None


def _is_mixing(question: Question, columns: Mapping[str, Stored]) -> bool:
    """Say whether a question makes one of several rows, or sorts by a number."""
    if question.measures:
        return True
    return any(each.column in columns and columns[each.column].kind in NUMBERS for each in question.sort)


def _wholes(desk: Desk, frame: Frame, columns: Mapping[str, Stored]) -> tuple[Wholes, ...]:
    texts = [name for name, each in columns.items() if each.kind is Kind.TEXT and _is_of_kinds(each)]
    texts.sort(key=lambda name: (bool(_CODE.search(name)), not is_of_countries(name)))
    found = (_in_column(desk, frame, name, columns) for name in texts[:_MOST_COLUMNS])
    return tuple(each for each in found if each)


def _is_of_kinds(column: Stored) -> bool:
    profile = column.column.profile
    return profile is not None and _LEAST_VALUES <= profile.distinct <= _MOST_VALUES


def _in_column(desk: Desk, frame: Frame, name: str, columns: Mapping[str, Stored]) -> Wholes | None:
    cells = [cell for (cell,) in _different(desk, frame, name) if isinstance(cell, str)]
    is_of_world = sum(country_called(cell) is not None for cell in cells) >= _LEAST_COUNTRIES
    # Those that hold most are shown first.
    totals = (cell for cell in cells if _is_total(cell, is_of_world=is_of_world))
    values = tuple(sorted(totals, key=lambda cell: _plain(cell) not in _WORDS))
    if not values or len(values) == len(cells):
        return None
    code = next((each for each in columns if is_of_world and is_of_countries(each) and _CODE.search(each)), "")
    if code and code != name:
        codes = {cell: other for cell, other in _different(desk, frame, name, code) if isinstance(other, str)}
        if all(value in codes for value in values):
            return Wholes(name, values, code, tuple(codes[value] for value in values))
    return Wholes(name, values, name, values)


def _different(desk: Desk, frame: Frame, *names: str) -> tuple[Any, ...]:
    return desk.rows.ask(frame, Question(columns=list(names), distinct=True, limit=_MOST_VALUES), seconds=1.0).rows


def _is_total(cell: str, *, is_of_world: bool) -> bool:
    if _plain(cell) in _WORDS:
        return True
    return is_of_world and country_called(cell) is None and bool(_OF_SEVERAL.search(cell))


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).casefold().split())
