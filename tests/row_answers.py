"""Answers to write in every format: real ones from DuckDB, with cells that formats get wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.catalog.record import Column
from app.kernel.text import Text
from app.query.answer import Note, OutColumn, Row, Statement
from app.query.engine import DuckRows, TableEngine
from app.query.formats.format import About, RowFormat
from app.query.formats.registry import by_suffix
from app.query.question import Function

ENGINE = TableEngine()
ABOUT = About(
    title=Text("青葉町の人口", "Population of Aoba"),
    version="2.0.0",
    license_name="CC-BY-4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    attribution=Text("出典: 青葉町", "Source: Aoba Town"),
    permalink="https://data.example.jp/api/v1/resources/1/rows?version=2&limit=10",
    latitude="緯度",
    longitude="経度",
    notes=(Note("nulls", Text("空の値を除きました。", "Empty cells were left out."), "数", 3),),
)

HOSTILE = (
    'quotes " and, commas',
    "lines\nof\r\nall\rkinds",
    "separators \u2028 and \u2029 and \x85",
    "=cmd|' /C calc'!A0",
    "+81-3-1234-5678",
    "-5",
    "-",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "👨‍👩‍👧 𠮷野家",
    "長" * 10_000,
    "",
    " blanks ",
    "a|b`c*d*_e_[x](javascript:y)<b>~~z~~\\|",
    "<r><t>markup</t></r>",
    "_x0041_",
    "null",
    "1e5",
    "https://example.jp/?a=1&b=2",
    "nul \0 and \x1b[31m",
    "\ufffe",
)

KINDS = {
    "名": ("VARCHAR", "string"),
    "整数": ("BIGINT", "integer"),
    "大": ("DECIMAL(38, 0)", "integer"),
    "合計": ("HUGEINT", "integer"),
    "数": ("DOUBLE", "number"),
    "小数": ("DECIMAL(18, 2)", "number"),
    "真偽": ("BOOLEAN", "boolean"),
    "日": ("DATE", "date"),
    "時刻": ("TIME", "time"),
    "日時": ("TIMESTAMP", "datetime"),
    "瞬間": ("TIMESTAMPTZ", "datetime"),
    "年": ("INTEGER", "year"),
    "緯度": ("DOUBLE", "number"),
    "経度": ("DOUBLE", "number"),
}
MOMENT = datetime(2026, 3, 31, 16, 2, 3, 4, tzinfo=UTC)
TYPED: tuple[Row, ...] = (
    (
        *("甲", 9_007_199_254_740_993, Decimal(10**37), 2**100, 0.1 + 0.2, Decimal("1200.10"), True),
        *(date(2026, 4, 1), time(9, 5), datetime(2026, 4, 1, 1, 2, 3), MOMENT, 2026, 35.5, 139.25),  # noqa: DTZ001
    ),
    (
        *("乙", -1, Decimal(-5), 7, 1e300, Decimal("-0.01"), False),
        *(date(1868, 1, 25), time(23, 59, 59, 999_999), datetime(1, 1, 1), MOMENT, 1868, 91.0, 139.0),  # noqa: DTZ001
    ),
    (None,) * len(KINDS),
)
COLUMNS = tuple(
    OutColumn(
        name, kind, Column(name, kind, description=Text(f"{name}の意味", f"about {name}")), unit="人" * (name == "整数")
    )
    for name, (_, kind) in KINDS.items()
)


def statement(rows: Sequence[Row], columns: Sequence[OutColumn], types: Sequence[str]) -> Statement:
    """Make a question that is answered with just these rows."""
    names = [column.name.replace('"', '""') for column in columns]
    cells = ", ".join(f'CAST(? AS {kind}) AS "{name}"' for name, kind in zip(names, types, strict=True))
    sql = " UNION ALL ".join([f"SELECT {cells}"] * len(rows)) or f"SELECT {cells} WHERE false"
    given = [cell for row in rows for cell in row] if rows else [None] * len(names)
    return Statement(sql, [str(cell) if isinstance(cell, int | datetime) else cell for cell in given], tuple(columns))


TYPED_ANSWER = statement(TYPED, COLUMNS, [kind for kind, _ in KINDS.values()])
WORDS = (OutColumn("id", "integer"), OutColumn('na"me, 名', "string"))
WORD_ROWS: tuple[Row, ...] = (*enumerate(HOSTILE), (len(HOSTILE), None))
WORD_ANSWER = statement(WORD_ROWS, WORDS, ["BIGINT", "VARCHAR"])
SUMS = (OutColumn("町", "string"), OutColumn("合計", "integer", COLUMNS[1].column, Function.SUM, unit="人"))


def counting(count: int) -> Statement:
    """Make a question that is answered with so many rows."""
    return Statement("SELECT range AS n FROM range(?)", [count], (OutColumn("n", "integer"),))


@contextmanager
def asked(question: Statement, seconds: float = 60) -> Iterator[DuckRows]:
    with closing(ENGINE.stream(question, seconds)) as stream:
        yield stream


def form(suffix: str) -> RowFormat:
    found = by_suffix(suffix)
    assert found is not None
    return found


def written(suffix: str, question: Statement = TYPED_ANSWER, about: About = ABOUT) -> bytes:
    """Write an answer, and see that nothing is left in the folder."""
    with TemporaryDirectory() as folder, asked(question) as stream:
        body = b"".join(form(suffix).write(stream, about, Path(folder)))
        assert not list(Path(folder).iterdir())
    return body


def lines_of(body: bytes) -> list[Any]:
    """Read JSON Lines with numbers in full."""
    return [json.loads(line, parse_float=Decimal) for line in body.decode().splitlines()]
