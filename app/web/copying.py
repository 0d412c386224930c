"""A question about rows in the words of other programs: what a reader copies to ask the same of the same version.

Everything here is made of an address, which is ASCII without quotation marks (RFC 3986), of a plain file name, and of
column names in Power Query. All programs ask for the whole answer, not for the page that is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.query.answer import OutColumn

_PLAIN = re.compile(r"[^a-z0-9]+")
# What Power Query calls the types of Table Schema; all others are text, so that codes keep their zeros.
_POWER_QUERY = {
    "integer": "Int64.Type",
    "year": "Int64.Type",
    "number": "type number",
    "boolean": "type logical",
    "date": "type date",
    "datetime": "type datetimezone",
    "time": "type time",
}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A few lines to copy. `name` is a short id, `language` what an editor would call the language."""

    name: str
    title: Text
    language: str
    code: str
    hint: Text = Text()


def snippets(address: Callable[[str], str], columns: Iterable[OutColumn], name: str) -> tuple[Snippet, ...]:
    """Write a question for every program; `address` answers its address for a suffix such as ".csv"."""
    file = _PLAIN.sub("-", name.lower()).strip("-") or "rows"
    parquet = address(".parquet")
    return (
        Snippet("curl", Text("curl", "curl"), "sh", _curl(address(".csv"), file)),
        Snippet("pandas", Text("Python（pandas）", "Python (pandas)"), "python", _pandas(parquet), _NEEDS_PYARROW),
        Snippet("duckdb", Text("Python（DuckDB）", "Python (DuckDB)"), "python", _duckdb(parquet, file)),
        Snippet("polars", Text("Python（Polars）", "Python (Polars)"), "python", _polars(parquet)),
        Snippet("r", Text("R", "R"), "r", _r(parquet), _NEEDS_ARROW),
        Snippet("javascript", Text("JavaScript", "JavaScript"), "javascript", _javascript(address(".jsonl"))),
        Snippet(
            "excel", Text("Excel（Power Query）", "Excel (Power Query)"), "m", _excel(address(".csv"), columns), _OPEN
        ),
    )


_NEEDS_PYARROW = Text("pandas のほかに pyarrow が必要です。", "It needs pyarrow beside pandas.")
_NEEDS_ARROW = Text(
    'パッケージ arrow が必要です：install.packages("arrow")', 'It needs the package arrow: install.packages("arrow")'
)
_OPEN = Text(
    "Excel の「データ → データの取得 → その他のデータ ソース → 空のクエリ」で、詳細エディターに貼り付けます。",
    "In Excel: Data, Get Data, From Other Sources, Blank Query; paste it into the Advanced Editor.",
)


def _curl(url: str, file: str) -> str:
    return f"curl -o {file}.csv '{url}'"


def _pandas(url: str) -> str:
    return f'import pandas as pd\n\ndf = pd.read_parquet("{url}")\nprint(df)'


def _duckdb(url: str, file: str) -> str:
    return (
        "from urllib.request import urlretrieve\n\nimport duckdb\n\n"
        f'urlretrieve("{url}", "{file}.parquet")\n'
        f'rows = duckdb.read_parquet("{file}.parquet")\nprint(rows)'
    )


def _polars(url: str) -> str:
    return (
        "from urllib.request import urlopen\n\nimport polars as pl\n\n"
        f'with urlopen("{url}") as answer:\n    df = pl.read_parquet(answer.read())\nprint(df)'
    )


def _r(url: str) -> str:
    return f'library(arrow)\n\ndf <- read_parquet("{url}")\nprint(df)'


def _javascript(url: str) -> str:
    return (
        f'const answer = await fetch("{url}");\n'
        'const rows = (await answer.text()).split("\\n").filter(Boolean).map((line) => JSON.parse(line));\n'
        "console.log(rows);"
    )


def _excel(url: str, columns: Iterable[OutColumn]) -> str:
    typed = ",\n        ".join(
        f"{{{_m_text(column.name)}, {_POWER_QUERY.get(column.type, 'type text')}}}" for column in columns
    )
    return (
        "let\n"
        f'    Source = Csv.Document(Web.Contents("{url}"), '
        '[Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),\n'
        "    Rows = Table.PromoteHeaders(Source, [PromoteAllScalars = true]),\n"
        f'    Typed = Table.TransformColumnTypes(Rows, {{\n        {typed}\n    }}, "en-US")\n'
        "in\n    Typed"
    )


def _m_text(words: str) -> str:
    """Write text as Power Query M does: quotes twice, and what begins an escape, or is no part of a line, escaped."""
    escaped = words.replace("#(", "#(#)(").replace('"', '""')
    return '"' + re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", lambda found: f"#({ord(found[0]):04X})", escaped) + '"'
