"""The catalogue of repairs: every rule with what it does, why, and whether it is applied unless somebody says no.

A rule that is on by default changes how a value is written, never what it says. One that could be wrong, or that
changes the shape of a table, waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.text import Text


class Part(StrEnum):
    """What a rule changes: the shape of the table, its header, or the words in its cells."""

    ROWS = "rows"
    HEADER = "header"
    CELLS = "cells"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of repair. `source` names the standard and section it follows, where there is one."""

    part: Part
    title: Text
    why: Text
    default: bool = True
    source: str = ""


def _rows(ja: str, en: str, why_ja: str, why_en: str, *, default: bool = True, source: str = "") -> Rule:
    return Rule(Part.ROWS, Text(ja, en), Text(why_ja, why_en), default, source)


def _header(ja: str, en: str, why_ja: str, why_en: str, *, default: bool = True, source: str = "") -> Rule:
    return Rule(Part.HEADER, Text(ja, en), Text(why_ja, why_en), default, source)


def _cells(ja: str, en: str, why_ja: str, why_en: str, *, default: bool = True, source: str = "") -> Rule:
    return Rule(Part.CELLS, Text(ja, en), Text(why_ja, why_en), default, source)


RULES: Mapping[str, Rule] = {
    "preamble-apart": _rows(
        "表の前の行を分ける",
        "Set rows above the table apart",
        "表題や注記が列名の上にあると、列名の行が見つけられません。",
        "With titles or notes above it, programs do not find the header.",
        source="L1-04, L3-01",
    ),
    "notes-apart": _rows(
        "表の後や間の注記を分ける",
        "Set notes below or between rows apart",
        "注記の行はデータとして読まれ、件数や集計を狂わせます。",
        "Notes are read as rows of data and falsify counts.",
        source="L1-04",
    ),
    "blank-rows-apart": _rows(
        "空の行を分ける",
        "Set blank rows apart",
        "空の行で表が終わったと判断するソフトがあります。",
        "Some programs take a blank row for the end of the table.",
        source="L1-03",
    ),
    "blank-columns-apart": _rows(
        "空の列を除く",
        "Leave blank columns out",
        "見た目のための空の列には、名前も値もありません。",
        "Columns that only make space have neither names nor values.",
        source="L1-03",
    ),
    "short-rows-filled": _rows(
        "足りないセルを空で補う",
        "Fill short rows with empty cells",
        "セルの数が行ごとに違うと、表として読めません。",
        "Rows of different lengths make no table.",
        source="L1-14",
    ),
    "long-rows-cut": _rows(
        "行の終わりの余分な空セルを除く",
        "Cut empty cells off the ends of long rows",
        "列名のない空のセルは、何も表しません。",
        "Empty cells without a column name mean nothing.",
        source="L1-14",
    ),
    "merged-cells-filled": _rows(
        "結合セルの値を各セルに入れる",
        "Write a merged cell's value into each of its cells",
        "結合されたセルは、左上のほかは空として読まれます。",
        "All but the first of merged cells are read as empty.",
        source="L1-12",
    ),
    "tables-split": _rows(
        "一つのシートの複数の表を分ける",
        "Split the tables of one sheet",
        "表が並んだり続いたりしていると、列の意味が途中で変わります。",
        "Where tables stand side by side or below each other, columns change their meaning midway.",
        source="L1-02",
    ),
    "header-joined": _header(
        "複数行の見出しを一つにする",
        "Join a header of several rows",
        "列名が一行にまとまっていないと、下の行がデータになります。",
        "Of a header of several rows, the lower ones become data.",
        source="L3-01, L1-12",
    ),
    "header-cleaned": _header(
        "列名を整える",
        "Clean column names",
        "改行、空白、重複のある列名は、プログラムから指定できません。",
        "Names with line breaks, blanks or doubles cannot be used in programs.",
        source="L1-06, L2-03",
    ),
    "header-named": _header(
        "名前のない列に名前を付ける",
        "Name columns that have none",
        "名前のない列の値は、意味が伝わりません。",
        "What a column without a name means is lost.",
        source="L1-05",
    ),
    "date-iso": _cells(
        "日付を ISO 8601 にする",
        "Write dates as ISO 8601",
        "2026/4/1 と 2026-04-01 が混ざると、並べ替えも期間の計算もできません。",
        "Where 2026/4/1 and 2026-04-01 mix, nothing can be sorted or counted by day.",
        source="L3-05, DS-441",
    ),
    "date-wareki": _cells(
        "和暦を西暦にする",
        "Write Japanese eras in the common era",
        "元号の付いた日付は、ほかのデータと比べられません。",
        "Dates in eras cannot be compared with other data.",
        source="L3-05, DS-441",
    ),
    "date-serial": _cells(
        "Excel の通し番号を日付にする",
        "Write Excel's day numbers as dates",
        "46113 のような数は、Excel の外では日付と分かりません。",
        "Outside Excel nobody can tell that 46113 is a day.",
        default=False,
        source="L3-05",
    ),
    "fiscal-year": _cells(
        "年度を西暦の年にする",
        "Write fiscal years as years of the common era",
        "令和7年度は 2025 年度です。列の意味は「年度」のまま残します。",
        "The column keeps the meaning “fiscal year”: Reiwa 7 is 2025, from April 2025 to March 2026.",
        source="L3-05",
    ),
    "time-iso": _cells(
        "時刻を HH:MM にする",
        "Write times as HH:MM",
        "午後1時30分、13時30分、１３：３０ は同じ時刻です。",
        "午後1時30分, 13時30分 and １３：３０ are the same time.",
        source="DS-441",
    ),
    "number-plain": _cells(
        "数値を半角の数字だけにする",
        "Write numbers in plain digits",
        "全角の数字や桁区切りのカンマがあると、数として計算できません。",
        "Full-width digits and thousands separators keep numbers from being numbers.",
        source="L2-01",
    ),
    "number-sign": _cells(
        "△▲ を負の符号にする",
        "Write △ and ▲ as a minus sign",
        "△1,000 は会計と統計の慣行で −1,000 です。ほかが数値だけの列で直します。",
        "By the custom of Japanese accounts △1,000 is −1,000. Only columns of nothing but numbers are changed.",
        source="L2-01",
    ),
    "unit-moved": _cells(
        "単位を列の属性に移す",
        "Move units from cells to the column",
        "「120円」「35人」は数ではありません。単位は列に一度だけ書きます。",
        "“120円” is no number. A unit is said once, of the column.",
        source="L2-01, L3-04",
    ),
    "ditto-filled": _cells(
        "「同上」を上の値にする",
        "Write out “ditto”",
        "並べ替えたり抜き出したりすると、「同上」の意味は失われます。",
        "When rows are sorted or filtered, “ditto” loses its meaning.",
        source="L2-02",
    ),
    "space-trimmed": _cells(
        "前後の空白を除く",
        "Trim blanks around values",
        "見えない空白があると、同じ値が別の値になります。",
        "Unseen blanks make equal values differ.",
        source="L1-06",
    ),
    "kana-width": _cells(
        "半角カナを全角にする",
        "Write half-width kana full-width",
        "半角カナは濁点が別の文字になり、検索で見つかりません。",
        "In half-width kana the voicing mark is a letter of its own, and searches miss it.",
        source="L1-08",
    ),
    "code-municipality": _cells(
        "全国地方公共団体コードを 6 桁にする",
        "Write municipal codes with six digits",
        "先頭の 0 が消えたコードや検査数字のない 5 桁のコードは、ほかのデータと結べません。",
        "Codes that lost a leading zero or their check digit join with nothing.",
        source="L3-06",
    ),
    "code-plain": _cells(
        "コードを半角の数字にする",
        "Write codes in plain digits",
        "全角の数字やハイフンの違いで、同じコードが別のものになります。",
        "Full-width digits and hyphens make the same code look different.",
        source="L3-07",
    ),
    "postal-code": _cells(
        "郵便番号を 7 桁の数字にする",
        "Write postal codes as seven digits",
        "〒やハイフンの有無が混ざると、住所と結べません。",
        "With and without 〒 and hyphen, they do not join with addresses.",
        source="DS-443",
    ),
    "phone": _cells(
        "電話番号を半角の数字とハイフンにする",
        "Write phone numbers in plain digits and hyphens",
        "全角の数字や括弧があると、そのまま電話をかけられません。",
        "Numbers with full-width digits or brackets cannot be dialled.",
        source="DS-445",
    ),
    "coordinates-degrees": _cells(
        "度分秒を十進の度にする",
        "Write degrees, minutes and seconds as decimal degrees",
        "地図のソフトは、度分秒の文字を座標として読みません。",
        "Maps do not read degrees, minutes and seconds.",
        source="DS-444",
    ),
    "coordinates-swapped": _cells(
        "入れ替わった緯度と経度を直す",
        "Put latitude and longitude back in place",
        "日本の緯度は 20〜46 度、経度は 122〜154 度です。",
        "In Japan latitudes are 20 to 46 and longitudes 122 to 154 degrees.",
        default=False,
        source="DS-444",
    ),
    "address-split": _cells(
        "所在地を都道府県・市区町村・町字以下に分けた列を加える",
        "Add columns with the parts of addresses",
        "市区町村ごとに数えたり結んだりできるようになります。",
        "Addresses can then be counted and joined by municipality.",
        default=False,
        source="DS-442, L3-06",
    ),
}
