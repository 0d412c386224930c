"""What the page of a table hands to the scripts that draw: charts worth drawing, and the columns that lie on a map."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.kernel.text import Text
from app.query.question import Function, Part, Question
from app.web.charting import LONGEST, Chart, Kind, Role, function_of, part_of, proposals, question_of, role_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.catalog.record import Column
    from app.kernel.text import Language
    from app.query.frame import Frame
    from app.web.pages.grid import Addresses

_PARTS: Mapping[Part, Text] = {
    Part.YEAR: Text("年", "year"),
    Part.MONTH: Text("月", "month"),
    Part.DAY: Text("日", "day"),
}
_MADE: Mapping[Function, Text] = {
    Function.SUM: Text("合計", "Sum"),
    Function.AVG: Text("平均", "Mean"),
}
# A point is called by the first of these that there is.
_LABELS = ("municipality", "address", "prefecture")
_PLACES = frozenset({"municipality", "prefecture"})
_NAMES = re.compile(r"^(?:名称|名前|施設名|.*(?:施設|店舗|場所)の?名称?|name|title)$", re.IGNORECASE)
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Source:
    """Where the scripts find rows: an address of the API and the version; and the language of their words."""

    rows: str
    version: int
    lang: Language


@dataclass(frozen=True, slots=True)
class Suggested:
    """A chart in words, and the page that shows its numbers as a table."""

    chart: Chart
    title: Text
    page: str


def proposed(frame: Frame, asked: Question, to: Addresses) -> tuple[Suggested, ...]:
    """Propose charts of a table under the reader's conditions; none of what is grouped already."""
    if asked.grouped:
        return ()
    found = proposals(frame.columns, frame.rows)
    return tuple(Suggested(each, title_of(each, frame.by_name), to.page(question_of(each, asked))) for each in found)


def title_of(chart: Chart, columns: Mapping[str, Column]) -> Text:
    """Say what a chart shows."""
    x, y, series = (_named(columns.get(name)) for name in (chart.x, chart.y, chart.series))
    if chart.kind is Kind.SCATTER:
        return Text(f"{x.ja}と{y.ja}の関係", f"{y.en} against {x.en}")
    if chart.kind is Kind.HISTOGRAM:
        return Text(f"{x.ja}の分布", f"How {x.en} is spread")
    part = _PARTS.get(chart.part) if chart.part else None
    by = Text(f"{x.ja}（{part.ja}）", f"{part.en} of {x.en}") if part else x
    made = _MADE.get(chart.function) if chart.function and chart.y else None
    what = Text(f"{y.ja}の{made.ja}", f"{made.en} of {y.en}") if made else Text("行数", "Rows")
    apart = Text(f"（{series.ja}別）", f", for each {series.en}") if chart.series else Text()
    return Text(f"{by.ja}ごとの{what.ja}{apart.ja}", f"{what.en} by {by.en}{apart.en}")


def chart_facts(frame: Frame, asked: Question, charts: Sequence[Suggested], source: Source, *, cited: str) -> str:
    """Write what the script that draws charts needs, in JSON; nothing where there is nothing to draw."""
    if not charts:
        return ""
    return _json(
        {
            "rows": source.rows,
            "version": source.version,
            "asked": _conditions(asked),
            "total": frame.rows,
            "longest": LONGEST,
            "cited": cited,
            "columns": [_drawable(each, source.lang) for each in frame.columns if role_of(each) is not Role.NONE][
                :_MOST_COLUMNS
            ],
            "charts": [_told(each.chart) for each in charts],
        }
    )


def inline_facts(columns: Sequence[Column], rows: int, *, cited: str, lang: Language) -> str:
    """Write the same for rows that stand in the page already, each perhaps a group; nothing where none can be drawn."""
    # What is different in every row is what the rows were grouped by.
    charts = proposals(columns, rows * 2)
    if not charts:
        return ""
    return _json(
        {
            "inline": True,
            "total": rows,
            "longest": LONGEST,
            "cited": cited,
            "columns": [_drawable(each, lang) for each in columns if role_of(each) is not Role.NONE],
            "charts": [_told(each) for each in charts],
        }
    )


def map_facts(frame: Frame, asked: Question, source: Source) -> str:
    """Write what the script that draws the map needs; nothing where there are no coordinates, or groups of them."""
    if not frame.latitude or asked.grouped:
        return ""
    label = label_of(frame.columns)
    shown = [each for each in frame.columns if each.name not in {frame.latitude, frame.longitude}][:_MOST_COLUMNS]
    return _json(
        {
            "rows": source.rows,
            "version": source.version,
            "asked": _conditions(asked),
            "latitude": frame.latitude,
            "longitude": frame.longitude,
            "label": label,
            "columns": [{"name": each.name, "title": _titled(each, source.lang), "unit": each.unit} for each in shown],
        }
    )


def label_of(columns: Sequence[Column]) -> str:
    """Name the column that says what a row is of; empty where none does."""
    texts = [each for each in columns if each.type == "string" and _distinct(each) > 1]
    # Of several names the one that tells most rows apart: the city's stands in many.
    names = [each for each in texts if _is_name(each) and each.meaning not in _PLACES]
    named = [max(names, key=_distinct).name] if names else []
    placed = [each.name for meaning in _LABELS for each in texts if each.meaning == meaning]
    if named or placed:
        return (named + placed)[0]
    return max(texts, key=_distinct).name if texts else ""


def _is_name(column: Column) -> bool:
    return column.meaning == "name" or bool(_NAMES.search(column.name))


def _distinct(column: Column) -> int:
    return column.profile.distinct if column.profile else LONGEST


def _drawable(column: Column, lang: Language) -> dict[str, Any]:
    role = role_of(column)
    part = part_of(column)
    return {
        "name": column.name,
        "title": _titled(column, lang),
        "type": column.type,
        "unit": column.unit,
        "role": role,
        "part": part or "",
        "function": function_of(column) if role is Role.NUMBER else "",
        "distinct": column.profile.distinct if column.profile else None,
    }


def _told(chart: Chart) -> dict[str, str]:
    return {
        "kind": chart.kind,
        "x": chart.x,
        "y": chart.y,
        "part": chart.part or "",
        "function": chart.function or "",
        "series": chart.series,
    }


def _conditions(asked: Question) -> dict[str, Any]:
    return Question().model_copy(update={"where": asked.where, "search": asked.search}).canonical()


def _named(column: Column | None) -> Text:
    if column is None:
        return Text()
    return Text(_titled(column, "ja"), _titled(column, "en"))


def _titled(column: Column, lang: Language) -> str:
    return column.title.get(lang) or column.name


def _json(facts: dict[str, Any]) -> str:
    return msgspec.json.encode(facts).decode()
