"""The large table that `rows.py` asks about: ids, days, municipalities, Japanese names, counts, decimals, coordinates.

It is made by DuckDB out of a seed: the same numbers of rows and seeds make the same bytes.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.support import ROOT

NAME = "large-rows"
RESOURCE = "rows"
COLUMNS = ("id", "day", "code", "name", "population", "amount", "lat", "lon")
FIRST_DAY = "2015-01-01"
DAYS = 4000
NAMES = 5000
KINDS = ("保育所", "公園", "図書館", "学校", "病院", "消火栓", "避難所", "集会所")
POPULATION = 1_000_000
AMOUNT = 100_000  # in hundredths
SOUTH, WEST = 35.0, 139.0
# Rows come by day, as records of events do; all else is spread over the whole table.
_ROWS = """
    SELECT i + 1 AS id,
        DATE '{first}' + CAST(i * {days} // {count} AS INTEGER) AS day,
        $codes[1 + CAST(hash(n + 1) % len($codes) AS INTEGER)] AS code,
        $kinds[1 + CAST(hash(n + 2) % len($kinds) AS INTEGER)] || (hash(n + 3) % {names}) AS name,
        CAST(hash(n + 4) % {population} AS BIGINT) AS population,
        CAST((hash(n + 5) % {amount}) / 100.0 AS DECIMAL(12, 2)) AS amount,
        CAST({south} + (hash(n + 6) % 100000) / 100000.0 AS DECIMAL(8, 5)) AS lat,
        CAST({west} + (hash(n + 7) % 100000) / 100000.0 AS DECIMAL(8, 5)) AS lon
    FROM (SELECT i, 10 * i + {seed} * 1000003 AS n FROM range({count}) AS numbers(i))
"""
_FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "id", "type": "integer", "title": "番号"},
    {"name": "day", "type": "date", "title": "日付"},
    {"name": "code", "type": "string", "title": "全国地方公共団体コード"},
    {"name": "name", "type": "string", "title": "施設名"},
    {"name": "population", "type": "integer", "title": "利用者数", "unit": "人"},
    {"name": "amount", "type": "number", "title": "金額"},
    {"name": "lat", "type": "number", "title": "緯度"},
    {"name": "lon", "type": "number", "title": "経度"},
)


def codes() -> tuple[str, ...]:
    """Answer the codes of Tokyo's municipalities, six digits."""
    with (ROOT / "metadata" / "places" / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["code"] for row in csv.DictReader(file) if row["code"].startswith("13"))


def write_package(folder: Path, count: int, seed: int = 1) -> Path:
    """Write the table as its publisher would have it: a CSV and what describes it. Answer the CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "rows.csv"
    sql = _ROWS.format(
        first=FIRST_DAY, days=DAYS, count=count, seed=seed, names=NAMES,
        population=POPULATION, amount=AMOUNT, south=SOUTH, west=WEST,
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY ({sql}) TO '{target}' (FORMAT csv, HEADER true)", {"codes": list(codes()), "kinds": list(KINDS)}
        )
    (folder / "datapackage.json").write_text(json.dumps(_described(target.name), ensure_ascii=False), encoding="utf-8")
    return target


def _described(path: str) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": "計測用の大きな表",
        "description": "行の問い合わせの速さを測るために作った表です。内容に意味はありません。",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [
            {"name": RESOURCE, "path": path, "type": "table", "format": "csv", "schema": {"fields": list(_FIELDS)}}
        ],
    }
