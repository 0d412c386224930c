"""`frictionless validate` accepts every table that we have cleaned, with the schema that we publish for it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import frictionless
import pytest

from app.kernel.report import Findings
from app.publishing.repair.choices import Choice, Choices
from app.publishing.tables import CleanTable, TableSource, read_tables

MOST_BYTES = 10_000
ALL = Choices(tuple(Choice(rule, apply=True) for rule in ("date-serial", "number-sign", "coordinates-swapped")))
SPLIT = Choices((Choice("address-split", apply=True),))
NO_UNITS = Choices((Choice("unit-moved", apply=False),))

# A messy file, what is chosen, and what the schema of its last column has to say.
MESSY: dict[str, tuple[str, Choices, dict[str, Any]]] = {
    "dates": ("名,開始日\n甲,2026/4/1\n乙,令和8年4月2日\n", ALL, {"type": "date"}),
    "null words": ("名,人口\n甲,1\n乙,－\n丙,不明\n丁,２\n戊,5\n己,6\n", ALL, {"missingValues": ["", "－", "不明"]}),
    "only null words": ("男,女\n1,2\n－,－\n3,4\n", ALL, {"type": "integer"}),
    "times": ("名,開始時刻\n甲,午後1時30分\n乙,９：００\n", ALL, {"type": "time", "format": "%H:%M"}),
    "times with nothing": ("名,開始時刻\n甲,9:00\n乙,－\n丙,10:15\n", ALL, {"type": "time", "format": "%H:%M"}),
    "months": ("名,年月\n甲,令和8年4月\n乙,2026年5月\n", ALL, {"type": "yearmonth"}),
    "fiscal years": ("名,年度\n甲,令和7年度\n乙,平成元年度\n", ALL, {"type": "year"}),
    "units": ('名,料金\n甲,"1,200円"\n乙,35円\n', ALL, {"type": "integer", "unit": "円"}),
    "units declined": ('名,料金\n甲,"1,200円"\n乙,35円\n', NO_UNITS, {"type": "string"}),
    "signs": ("名,増減\n甲,△5\n乙,▲1.5\n丙,3\n", ALL, {"type": "number"}),
    "serials": ("名,開始日\n甲,46113\n乙,46114\n丙,46115\n", ALL, {"type": "date"}),
    "places": ("緯度,経度\n35度41分22秒,139度41分30秒\n139.7,35.7\n", ALL, {"type": "number"}),
    "addresses": ("名称,所在地\n甲,東京都新宿区西新宿2-8-1\n乙,不詳\n", SPLIT, {"type": "string"}),
    "codes": ("コード,法人番号\n13104,７００００１２０５０００２\n", ALL, {"type": "string"}),
    "dittos": ("数,町\n1,甲\n2,同上\n3,〃\n", ALL, {"type": "string"}),
    "shape": ("表題,,\n\n町,人口,\n,男,女\n甲,1,2\n乙,3\n\n※注記,,\n", ALL, {"type": "integer"}),
    "names": ('町,町,,"数\n(人)"\n甲,乙,1,2\n丙,丁,3,4\n', ALL, {"type": "integer"}),
    "breaks and quotes": ('名,注\n甲,"改\n行"\n乙,"""引用"" "\n', ALL, {"type": "string"}),
    "blanks": ("名,数\n 甲　, 1\n乙,２ \n", ALL, {"type": "integer"}),
    "one column": ('名\n" "\n甲\n乙\n', ALL, {"type": "string"}),
    "no rows": ("a,b\n", ALL, {"type": "string"}),
}


def refused(tables: tuple[CleanTable, ...]) -> list[Any]:
    """Write the package that we would publish, and answer what frictionless has against it."""
    folder = Path(tempfile.mkdtemp())
    resources = []
    for number, table in enumerate(tables):
        (folder / f"{number}.csv").write_bytes(table.csv.read_bytes())
        resources.append(
            {"name": f"t{number}", "path": f"{number}.csv", "encoding": "utf-8", "schema": table.schema}
            | {"type": "table", "format": "csv", "mediatype": "text/csv"}
        )
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "tables", "resources": resources}), encoding="utf-8")
    report = frictionless.Package(str(path)).validate()
    found: list[Any] = report.flatten(["rowNumber", "fieldName", "type", "note"])
    return found


def read(source: Path, name: str, choices: Choices) -> tuple[CleanTable, ...]:
    kind = name.rpartition(".")[2].lower()
    folder = Path(tempfile.mkdtemp())
    return read_tables(source, TableSource("data", name, kind), folder, Findings(), choices).clean


@pytest.mark.parametrize("name", MESSY)
def test_frictionless_accepts_a_cleaned_table(tmp_path: Path, name: str) -> None:
    content, choices, expected = MESSY[name]
    (tmp_path / "source").write_text(content, encoding="utf-8")
    tables = read(tmp_path / "source", "data.csv", choices)
    assert tables
    last = tables[-1].schema["fields"][-1]
    assert {key: last.get(key) for key in expected} == expected
    assert refused(tables) == []


def test_frictionless_would_tell(tmp_path: Path) -> None:
    (tmp_path / "source").write_text("名,数\n甲,1\n乙,2\n", encoding="utf-8")
    [table] = read(tmp_path / "source", "data.csv", ALL)
    table.schema["fields"][1]["type"] = "date"
    assert [each[:3] for each in refused((table,))] == [[2, "数", "type-error"], [3, "数", "type-error"]]


def shortened(path: Path, folder: Path) -> Path | None:
    """Take the first lines of a large text; other large files would take too long."""
    if path.stat().st_size <= MOST_BYTES:
        return path
    if path.suffix.lower() != ".csv":
        return None
    with path.open("rb") as stream:
        start = stream.read(MOST_BYTES)
    short = folder / path.name
    short.write_bytes(start[: start.rfind(b"\n") + 1])
    return short


def test_frictionless_accepts_real_tables(shared_data: Path, tmp_path: Path) -> None:
    tried, accepted, wrong = 0, 0, {}
    files = sorted(
        path for path in (shared_data / "japan").rglob("*.*") if path.suffix in {".csv", ".xlsx", ".geojson"}
    )
    for path in files:
        source = shortened(path, tmp_path)
        if source is None:
            continue
        tried += 1
        tables = read(source, path.name, Choices())
        accepted += bool(tables)
        found = refused(tables) if tables else []
        if found:
            wrong[str(path.relative_to(shared_data))] = found[:3]
    assert wrong == {}
    assert accepted >= 0.9 * tried > 0
