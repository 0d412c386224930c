"""What the gate says of what it refuses, and what is offered instead."""

from __future__ import annotations

from dataclasses import dataclass

from app.query.sql.outline import Refused

SHOWN = 300


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with its code, in Japanese and English; `{0}` is what was named, `{1}` what is near to it."""

    code: str
    message: tuple[str, str]
    advice: tuple[str, str]

    def refused(self, place: tuple[int, int] | None, *named: str) -> Refused:
        """Say it of a place."""
        names = (*named, "", "")
        message, advice = (
            tuple(words.replace("{0}", names[0]).replace("{1}", names[1]) for words in pair)
            for pair in (self.message, self.advice)
        )
        return Refused(self.code, (message[0], message[1]), (advice[0], advice[1]), place)


def syntax(words: str, place: tuple[int, int] | None) -> Refused:
    """Say that it is no SQL, as the engine says it."""
    return Refused(
        "sql-syntax",
        (f"SQL として読めません。{words}", f"This cannot be read as SQL. {words}"),
        (
            "この位置の手前の綴り、カンマ、括弧、引用符を確かめてください。名前は \" で、文字列は ' で囲みます。",
            "Look at spelling, commas, brackets and quotes before this place. Names take \", strings take '.",
        ),
        place,
    )


_SELECT = (
    "SELECT（WITH、VALUES、UNION も可）を一つだけ書いてください。",
    "Write one SELECT; WITH, VALUES and UNION are fine.",
)
ONE_STATEMENT = Why(
    "sql-one-statement", ("文は一つだけ受け付けます。", "One statement is taken, no more and no less."), _SELECT
)
ONLY_SELECT = Why("sql-only-select", ("SELECT 以外の文は実行できません。", "Nothing but SELECT is run here."), _SELECT)
TOO_DEEP = Why(
    "sql-nesting",
    ("入れ子が深すぎます。", "This is nested too deeply."),
    ("WITH で分けるか、IN (…) を使ってください。", "Take it apart with WITH, or use IN (…)."),
)
PARAMETER = Why(
    "sql-parameter",
    ("パラメーター（? や $1）は使えません。", "Parameters such as ? and $1 are not taken."),
    ("値を SQL の中に直接書いてください。", "Write the values into the SQL."),
)
_NAMING = (
    '表の名前は "データセットのスラッグ"、"スラッグ/リソース名"、"スラッグ/リソース名@版" のいずれかです。',
    'A table is named "dataset-slug", "slug/resource" or "slug/resource@version".',
)
TABLE_FUNCTION = Why(
    "sql-table-function", ("FROM に関数 {0} は使えません。", "The function {0} cannot stand in FROM."), _NAMING
)
QUALIFIED = Why(
    "sql-qualified",
    ("スキーマやカタログの指定は使えません。", "Names of schemas and catalogues are not taken."),
    _NAMING,
)
TOO_MANY_TABLES = Why(
    "sql-tables",
    ("一度に使える表が多すぎます。", "Too many tables at once."),
    ("質問を分けてください。", "Ask in parts."),
)
FUNCTION = Why(
    "sql-function",
    ("関数 {0} は使えません。", "The function {0} is not available."),
    ("使える関数は docs/sql.md にあります。", "The functions that are available stand in docs/sql.md."),
)
FUNCTION_NEAR = Why(
    "sql-function",
    ("関数 {0} は使えません。", "The function {0} is not available."),
    (
        "近い名前：{1}。使える関数は docs/sql.md にあります。",
        "Near to it: {1}. The functions that are available stand in docs/sql.md.",
    ),
)
TYPE = Why(
    "sql-type",
    ("型 {0} は使えません。", "The type {0} is not available."),
    (
        "BOOLEAN、BIGINT、DECIMAL、DOUBLE、DATE、TIME、TIMESTAMP、INTERVAL、VARCHAR が使えます。",
        "There are BOOLEAN, BIGINT, DECIMAL, DOUBLE, DATE, TIME, TIMESTAMP, INTERVAL and VARCHAR.",
    ),
)
COLLATION = Why(
    "sql-collation",
    ("照合順序 {0} は使えません。", "The collation {0} is not available."),
    ("ja、en、nocase、noaccent が使えます。", "There are ja, en, nocase and noaccent."),
)
COLUMNS = Why(
    "sql-columns",
    ("COLUMNS(…) に式は使えません。", "COLUMNS(…) takes no expression here."),
    ("列の名前を並べるか、* EXCLUDE (…) を使ってください。", "List the columns, or write * EXCLUDE (…)."),
)
UNKNOWN = Why(
    "sql-not-available",
    ("ここでは使えない書き方です（{0}）。", "This is not available here ({0})."),
    ("使える書き方は docs/sql.md にあります。", "What is available stands in docs/sql.md."),
)
RECURSIVE = Why(
    "sql-recursive",
    ("再帰 WITH は使えません。", "WITH RECURSIVE is not available."),
    ("必要な段数だけ結合を重ねてください。", "Join as many times as there are steps."),
)
SHOW = Why(
    "sql-only-select",
    ("DESCRIBE、SHOW、SUMMARIZE は使えません。", "DESCRIBE, SHOW and SUMMARIZE are not available."),
    ("列の一覧は /api/v1/resources/{id}/columns にあります。", "Columns are listed at /api/v1/resources/{id}/columns."),
)
PIVOT = Why(
    "sql-not-available",
    ("PIVOT と UNPIVOT は使えません。", "PIVOT and UNPIVOT are not available."),
    ("sum(…) FILTER (WHERE …) を列ごとに書いてください。", "Write sum(…) FILTER (WHERE …) for each column."),
)
LAMBDA = Why(
    "sql-not-available",
    ("ラムダ式と JSON の -> は使えません。", "Lambdas and the -> of JSON are not available."),
    ("使える書き方は docs/sql.md にあります。", "What is available stands in docs/sql.md."),
)
KINDS = {
    "RECURSIVE_CTE_NODE": RECURSIVE,
    "SHOW_REF": SHOW,
    "PIVOT": PIVOT,
    "LAMBDA": LAMBDA,
    "VALUE_PARAMETER": PARAMETER,
}
