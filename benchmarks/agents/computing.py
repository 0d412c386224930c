"""Computes the expected values anew, past the portal's tools: DuckDB over the published tables' Parquet files.

`python benchmarks/agents/computing.py PORTAL_FOLDER` says which differ from what questions.json has.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import duckdb

from benchmarks.agents.questions import Question, questions
from benchmarks.agents.replaying import is_same

_TABLES = """
SELECT d.slug, r.body FROM datasets d JOIN version_resources r ON r.version_id = d.current_version_id
"""


def tables(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the tables of a portal's data folder (SQLite) as views named "slug/resource"."""
    opened = duckdb.connect()
    found = sqlite3.connect(f"file:{folder / 'kakehashi.sqlite3'}?mode=ro", uri=True)
    for slug, body in found.execute(_TABLES):
        resource = json.loads(body)
        if resource.get("parquet"):
            sha256 = resource["parquet"]["sha256"]
            path = folder / "files" / sha256[:2] / sha256[2:]
            name = f"{slug}/{resource['name']}".replace('"', '""')
            opened.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{path}')")
    found.close()
    return opened


def differences(folder: Path, asked: Sequence[Question]) -> list[str]:
    """Say of which questions the expected values are not what the tables have."""
    opened = tables(folder)
    wrong = []
    for each in asked:
        if not each.computed:
            continue
        (row,) = opened.execute(each.computed).fetchall()
        values = tuple(plain(value) for value in row)
        wanted = each.expected.values
        if len(values) != len(wanted) or not all(
            is_same(a, b, each.tolerance) for a, b in zip(values, wanted, strict=True)
        ):
            wrong.append(f"{each.id}: computed {values}, expected {wanted}")
    return wrong


def plain(value: Any) -> Any:
    """Write a value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


if __name__ == "__main__":
    said = differences(Path(sys.argv[1]), questions())
    print("\n".join(said) or "all as expected")
    raise SystemExit(1 if said else 0)
