"""What was seen while the file was read, as evidence under the rules: the readers' marks, and the repairs made.

A repair shows that what it mends was there, whether or not a reader noted it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog.record import Mark
from app.kernel.text import Text
from app.quality.judgement import Evidence, evidence
from app.quality.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.record import Intake

# Rules that a reader of tables always looks at, so that a file without a sign keeps them. Not L1-14 and L1-15: nobody
# counts the values with line breaks, or tells a comma that should be quoted from one that ends a column.
LOOKED_FOR = frozenset({"L1-02", "L1-03", "L1-04", "L1-05", "L1-06", "L2-02", "L2-03", "L3-01"})

# Those about spreadsheets are looked at in the kinds of workbook whose parts the readers go through.
LOOKED_FOR_IN_WORKBOOKS = frozenset({"L1-10", "L1-12", "L1-13", "L2-06"})
WORKBOOKS = frozenset({"xlsx", "xlsm"})

# A line break in a value also splits its record over lines, in the file as sent and in the published CSV.
ALSO: Mapping[str, str] = {"newlines-in-cells": "L1-14"}

# The published table is CSV: it has values where the spreadsheet had formulas, whatever the readers say.
GONE_IN_CSV = frozenset({"formulas", "format-not-open"})

# repair -> the mark of what it mends. Repairs of words that break no rule, as 2026/4/1, have none.
REPAIRED: Mapping[str, str] = {
    "preamble-apart": "preamble",
    "notes-apart": "notes",
    "blank-rows-apart": "blank-rows",
    "blank-columns-apart": "blank-columns",
    "short-rows-filled": "uneven-rows",
    "long-rows-cut": "uneven-rows",
    "merged-cells-filled": "merged-cells",
    "tables-split": "several-tables",
    "header-joined": "header-of-several-rows",
    "header-named": "unnamed-columns",
    "date-wareki": "japanese-eras",
    "date-serial": "dates-vary",
    "number-plain": "numbers-with-text",
    "number-sign": "numbers-with-text",
    "unit-moved": "numbers-with-text",
    "ditto-filled": "ditto",
    "space-trimmed": "layout-spaces",
    "kana-width": "half-width-kana",
}

SENTENCES: Mapping[str, Text] = {
    "format-not-open": Text("特定のソフトを前提とした形式です", "The format is that of one vendor's program"),
    "several-tables": Text("一つのシートに複数の表があります", "One sheet holds several tables"),
    "several-sheets": Text("複数のシートがあります", "There are several sheets"),
    "blank-rows": Text("空の行があります", "There are blank rows"),
    "blank-columns": Text("空の列があります", "There are blank columns"),
    "preamble": Text("列名の上に表題や注記の行があります", "Titles or notes stand above the header"),
    "notes": Text("表の後や間に注記の行があります", "Notes stand below or between the rows"),
    "no-header": Text("列名の行がありません", "There is no header"),
    "unnamed-columns": Text("名前のない列があります", "Columns have no name"),
    "layout-spaces": Text("体裁のための空白があります", "Blanks are used for looks"),
    "newlines-in-header": Text("列名の中に改行があります", "Names of columns have line breaks inside"),
    "newlines-in-cells": Text("値の中に改行があります", "Values have line breaks inside"),
    "several-values-in-cell": Text("複数の値が入ったセルがあります", "Cells hold several values"),
    "platform-characters": Text("機種依存文字があります", "There are platform-dependent characters"),
    "half-width-kana": Text("半角カナがあります", "There is half-width kana"),
    "blank-and-zero": Text("空白とゼロが混ざっている列があります", "Columns mix blanks and zeros"),
    "objects": Text("図形や画像があります", "There are shapes or pictures"),
    "meaningful-formatting": Text("色や取り消し線などの書式に意味があるようです", "Formatting seems to carry meaning"),
    "merged-cells": Text("結合されたセルがあります", "Cells are merged"),
    "hidden-rows": Text("非表示の行があります", "Rows are hidden"),
    "hidden-columns": Text("非表示の列があります", "Columns are hidden"),
    "uneven-rows": Text("列の数が違う行があります", "Rows differ in their number of columns"),
    "quoting": Text("引用符の使い方に誤りがあります", "Values are not quoted as they should be"),
    "numbers-with-text": Text(
        "数値に単位、桁区切り、全角数字などが混ざっています",
        "Units, separators or full-width digits stand in numbers",
    ),
    "ditto": Text("「同上」などの省略があります", "Values are left out as “ditto”"),
    "duplicate-labels": Text("同じ名前の列があります", "Columns have the same name"),
    "choices-vary": Text("選択肢の書き方がそろっていません", "The same choice is written in several ways"),
    "other-with-text": Text("「その他」に詳細が混ざっています", "Details are mixed into “other”"),
    "formulas": Text("数式があります", "There are formulas"),
    "header-not-first": Text("列名が一行目にありません", "The header is not the first line"),
    "header-of-several-rows": Text("列名が複数の行にわたっています", "The header takes several lines"),
    "codes-without-table": Text("コード表のないコードがあります", "There are codes without a table"),
    "symbols-undefined": Text("定義のない記号があります", "There are symbols that nothing defines"),
    "units-missing": Text("単位のない数値の列があります", "Columns of numbers have no unit"),
    "japanese-eras": Text("和暦だけの日付があります", "There are dates in Japanese eras only"),
    "dates-vary": Text("日付の書き方がそろっていません", "Dates are not written in one standard way"),
    "places-without-codes": Text("コードも正式名称もない地名があります", "Places have neither code nor official name"),
    "formats-vary": Text("前の版と列が大きく異なります", "The columns differ much from the version before"),
    "columns-undefined": Text("定義のない列があります", "Columns are not defined"),
    "encoding-not-utf-8": Text("文字コードが UTF-8 ではありません", "The encoding is not UTF-8"),
    "wide-table": Text("横持ちの表です", "The table is wide"),
    "error-cells": Text("エラー値のセルがあります", "Cells hold error values"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """Something seen that speaks against a rule; `mended` where the published table no longer has it."""

    rule: str
    code: str
    evidence: Evidence
    mended: bool


def signs_of(intake: Intake | None) -> tuple[Sign, ...]:
    """Gather all that was seen; a mark that this portal does not know, or that breaks no rule, is left out."""
    if intake is None:
        return ()
    marked = {mark.code for mark in intake.marks if mark.mended}
    return (
        *(sign for mark in intake.marks for sign in _of_mark(mark)),
        *(sign for sign in _of_repairs(intake) if sign.code not in marked),
    )


def refused(repair: str, column: str, count: int) -> Mark | None:
    """Mark what stays because nobody wanted a repair of it; `None` where that breaks no rule."""
    code = REPAIRED.get(repair)
    return Mark(code, count, (column,) if column else ()) if code and count else None


def _of_mark(mark: Mark) -> Iterator[Sign]:
    known = _evidence(mark.code, mark.count, mark.places)
    for rule in (MARKS.get(mark.code), ALSO.get(mark.code)):
        if rule:
            yield Sign(rule, mark.code, known, mark.mended or mark.code in GONE_IN_CSV)


def _of_repairs(intake: Intake) -> Iterator[Sign]:
    counts: dict[str, int] = {}
    columns: dict[str, list[str]] = {}
    for repair in intake.repairs:
        if code := REPAIRED.get(repair.rule):
            counts[code] = counts.get(code, 0) + repair.count
            columns.setdefault(code, []).extend(filter(None, [repair.column]))
    for code, count in counts.items():
        yield Sign(MARKS[code], code, _evidence(code, count, tuple(columns[code])), mended=True)


def _evidence(code: str, count: int, places: tuple[str, ...]) -> Evidence:
    sentence = SENTENCES.get(code, Text(code, code))
    return evidence(sentence.ja, sentence.en, count, places)
