"""JSON, GeoJSON, shapefiles and Parquet become the same clean rows as a CSV file, or are told why not."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import shapefile  # type: ignore[import-untyped]

from app.kernel.report import Findings, Severity
from app.publishing.grids import Grid
from app.publishing.other_formats import KINDS, read_other, shapefile_members
from app.publishing.problems import OTHER_FORMATS
from app.publishing.remarks import Remarks

GEOGRAPHIC = 'GEOGCS["GCS_JGD_2011",DATUM["D_JGD_2011",SPHEROID["GRS_1980",6378137.0,298.257222101]]]'
PROJECTED = f'PROJCS["JGD_2011_Japan_Zone_9",{GEOGRAPHIC},PROJECTION["Transverse_Mercator"]]'
SQUARE = [[139.0, 35.0], [139.0, 36.0], [140.0, 36.0], [140.0, 35.0], [139.0, 35.0]]


@dataclass
class Outcome:
    grids: tuple[Grid, ...] | None
    findings: Findings

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.findings.problems]

    @property
    def grid(self) -> Grid:
        assert self.grids is not None, self.findings.problems
        (grid,) = self.grids
        return grid

    def rows(self) -> list[list[str]]:
        with self.grid.csv.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        assert tuple(header) == self.grid.labels
        assert len(rows) == self.grid.rows
        assert sum(len(cell) for row in rows for cell in row) == self.grid.characters
        return rows


Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_it(content: bytes | str | Any, format_: str = "json", **known: Any) -> Outcome:
        source = tmp_path / f"source.{format_}"
        if not isinstance(content, bytes | str):
            content = json.dumps(content, ensure_ascii=False)
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        return _read(source, format_, tmp_path, **known)

    return read_it


def _read(source: Path, format_: str, folder: Path, **known: Any) -> Outcome:
    made = folder / "made"
    made.mkdir(exist_ok=True)
    findings = Findings()
    return Outcome(read_other(source, format_, made, Remarks(findings, source.name, "data"), **known), findings)


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_objects_become_rows_with_all_their_keys(read: Read) -> None:
    outcome = read([{"名称": "千代田区", "人口": 66680}, {"人口": None, "開始": True}])

    assert outcome.grid.labels == ("名称", "人口", "開始")
    assert outcome.rows() == [["千代田区", "66680", ""], ["", "", "true"]]
    assert outcome.codes == []


def test_numbers_keep_their_digits(read: Read) -> None:
    outcome = read('[{"a": 1.10, "b": 12345678901234567890123, "c": [0.10, 1.0]}]')

    assert outcome.rows() == [["1.10", "12345678901234567890123", "[0.10,1.0]"]]


def test_flat_objects_become_columns_and_deeper_ones_stay_json(read: Read) -> None:
    outcome = read([{"a": {"x": 1, "y": "é"}, "b": {"z": [1]}}, {"a": None, "b": {"z": 2}}])

    assert outcome.grid.labels == ("a.x", "a.y", "b")
    assert outcome.rows() == [["1", "é", '{"z":[1]}'], ["", "", '{"z":2}']]


def test_an_object_that_would_meet_another_column_stays_json(read: Read) -> None:
    assert read([{"a": {"b": 1}, "a.b": 2}]).grid.labels == ("a", "a.b")


def test_a_key_for_every_thing_does_not_become_a_column_for_every_thing(read: Read) -> None:
    outcome = read([{"a": {str(each): each for each in range(100)}}])

    assert outcome.grid.labels == ("a",)


@pytest.mark.parametrize(
    "document",
    [
        {"data": [{"a": 1}]},
        {"anything": [{"a": 1}]},
        {"total": 1, "records": [{"a": 1}], "meta": {"page": 1}},
    ],
)
def test_the_one_array_in_an_answer_is_the_table(read: Read, document: Any) -> None:
    assert read(document).rows() == [["1"]]


def test_what_stands_beside_the_table_is_told(read: Read) -> None:
    assert read({"total": 1, "records": [{"a": 1}]}).codes == ["json-members-left-out"]


def test_rows_under_a_header_are_a_table(read: Read) -> None:
    outcome = read([["a", "b"], [1, None], ["x", 2.50]])

    assert (outcome.grid.labels, outcome.rows()) == (("a", "b"), [["1", ""], ["x", "2.5"]])
    assert outcome.grid.lines.line(0) == 2


def test_rows_of_other_lengths_are_left_for_the_judge(read: Read) -> None:
    assert not read([["a", "b"], [1]]).grid.even


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        [{}],
        [1, 2],
        [[1, 2], [3, 4]],
        [{"a": 1}, 2],
        '"text"',
        12,
        {"fields": [{"name": "a", "type": "string"}]},
        {"name": "x", "resources": [{"path": "a.csv"}]},
        {"data": [{"a": 1}], "rows": [{"b": 1}]},
        {"type": "Feature", "geometry": None, "properties": {"a": 1}},
    ],
)
def test_what_is_no_table_is_no_error(read: Read, document: Any) -> None:
    outcome = read(document)

    assert outcome.grids is None
    assert outcome.codes == ["json-without-table"]
    assert not outcome.findings.failed


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b'[\n{"a": 1},\n{"a" 2}]', "json-broken", 3),
        (b'{"data": [{"a": 1}]', "json-broken", 1),
        (b"not json", "json-broken", 1),
        (b" ", "source-error", None),
        (b'[{"a": NaN}]', "json-number", 1),
        (b'{"a": [-Infinity]}', "json-number", 1),
        (b'[{"a": 1}, {"a": 1e99999999999999999999}]', "json-number", 2),
        (b'[{"a": ' + b"1" * 5000 + b"}]", "json-number", 1),
        (b'[{"a": 1, "a": 2}]', "json-duplicate-key", 1),
        (b'{"data": [{"a": 1}], "data": [{"a": 2}]}', "json-duplicate-key", None),
        (b'{"data": [{"a": 1}], "data": [{"a": 1}]}', "json-duplicate-key", None),
        (b"[" * 100_000 + b"]" * 100_000, "json-too-deep", None),
        (b'[{"a": ' + b"[" * 990 + b"]" * 990 + b"}]", "json-too-deep", None),
        ('[{"a": "札幌"}]'.encode("cp932"), "json-not-utf8", 1),
        (b'[{"a": "\\ud800"}]', "json-broken", 1),
        (b'[{"a": "\\u0000"}]', "nul-byte", 1),
        (json.dumps([{"a": "x" * 3_000_000}]).encode(), "record-too-long", 1),
        (json.dumps([{str(number): 1 for number in range(5000)}]).encode(), "too-many-columns", None),
    ],
)
def test_what_parsers_disagree_about_is_refused(read: Read, content: bytes, code: str, row: int | None) -> None:
    outcome = read(content)

    assert [(each.code, each.row) for each in outcome.findings.problems] == [(code, row)]
    assert outcome.grids is None
    assert outcome.findings.failed


def test_records_without_any_value_are_set_apart_and_counted(read: Read) -> None:
    grid = read([{"a": 1}, {}, {"a": None}, {"a": 2}]).grid

    assert (grid.rows_in, grid.rows) == (4, 2)
    assert [(each.reason, each.first, each.last) for each in grid.apart] == [("blank-rows-apart", 2, 3)]
    assert [grid.lines.line(row) for row in range(2)] == [1, 4]


def test_records_that_grow_without_end_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.publishing.other_formats.rows.MOST_CHARACTERS", 1_000)

    assert read([{f"c{number}": number} for number in range(100)]).codes == ["records-too-large"]


def test_names_are_cleaned_only_where_that_is_chosen(read: Read) -> None:
    document = [{"a\nb": 1}]

    assert read(document).grid.labels == ("a b",)
    assert read(document, has_schema=True).grid.labels == ("a\nb",)


def test_a_byte_order_mark_is_no_harm(read: Read) -> None:
    assert read(b'\xef\xbb\xbf[{"a": 1}]').rows() == [["1"]]


def test_each_line_is_a_record(read: Read) -> None:
    outcome = read('{"a": 1}\n\n{"a": 2, "b": 0.50}\r\n', "jsonl")

    assert outcome.rows() == [["1", ""], ["2", "0.50"]]
    assert [outcome.grid.lines.line(row) for row in range(2)] == [1, 3]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ('{"a": 1}\n[1]\n', "json-line-without-record", 2),
        ('{"a": 1}\nx\n', "json-line-without-record", 2),
        ('{"a": 1}\n{"a": "\\ud800"}\n', "half-a-letter", 2),
        ('{"a": 1}\n{"a": ' + "[" * 5000 + "]" * 5000 + "}\n", "json-too-deep", 2),
        ('{"a": 1}\n{"a": \n', "json-broken", 2),
        ("[" + '{"a": 1},' * 2_000_000, "record-too-long", 1),
    ],
)
def test_a_line_that_is_no_record_is_refused(read: Read, content: str, code: str, row: int) -> None:
    assert [(each.code, each.row) for each in read(content, "ndjson").findings.problems] == [(code, row)]


# --- GeoJSON -------------------------------------------------------------------------------------------------------


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(*position: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": position}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": features}


@pytest.mark.parametrize("format_", ["json", "geojson"])
def test_points_become_longitude_and_latitude(read: Read, format_: str) -> None:
    outcome = read(collection(feature(point(139.7530, 35.694), 名称="区役所"), feature(None, 名称="不明")), format_)

    assert outcome.grid.labels == ("名称", "longitude", "latitude")
    assert outcome.rows() == [["区役所", "139.753", "35.694"], ["不明", "", ""]]
    assert outcome.codes == []


def test_other_shapes_stay_geojson(read: Read) -> None:
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    outcome = read(collection(feature(polygon, a=1), feature(point(139, 35), a=2)), "geojson")

    assert outcome.grid.labels == ("a", "geometry")
    assert [json.loads(row[1]) for row in outcome.rows()] == [polygon, point(139, 35) | {"coordinates": [139, 35]}]


def test_names_of_places_give_way_to_the_publishers_own(read: Read) -> None:
    outcome = read(collection(feature(point(139.7, 35.6, 12.5), longitude="東", id=7) | {"id": "x"}), "geojson")

    assert outcome.grid.labels == ("feature_id", "longitude", "id", "longitude_2", "latitude", "height")
    assert outcome.rows() == [["x", "東", "7", "139.7", "35.6", "12.5"]]


def test_swapped_coordinates_are_told_and_kept(read: Read) -> None:
    outcome = read(collection(feature(point(139.7, 35.6)), feature(point(35.6, 139.7))), "geojson")

    assert [(each.code, each.row) for each in outcome.findings.problems] == [("coordinates-swapped", 2)]
    assert outcome.rows()[1] == ["35.6", "139.7"]


def test_a_projected_system_leaves_the_geometry_out(read: Read) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6677"}}
    outcome = read(collection(feature(point(-8000, -35000), a=1), crs=crs), "geojson")

    assert (outcome.grid.labels, outcome.codes) == (("a",), ["geometry-left-out"])


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::6668", "EPSG:4612", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_systems_in_degrees_are_taken_as_they_are(read: Read, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}

    assert read(collection(feature(point(139, 35), a=1), crs=crs), "geojson").rows() == [["1", "139", "35"]]


@pytest.mark.parametrize(
    ("features", "code"),
    [
        ([feature(point(139, 350))], "coordinates-out-of-range"),
        ([feature(point(-8000, -35000))], "coordinates-out-of-range"),
        ([feature({"type": "Point", "coordinates": ["139", "35"]})], "geometry-broken"),
        ([feature({"type": "Point", "coordinates": [139]})], "geometry-broken"),
        ([feature({"type": "Polygon", "coordinates": [1, 2]})], "geometry-broken"),
        ([feature({"type": "Circle", "coordinates": [1, 2]})], "geometry-broken"),
        ([feature({"coordinates": [1, 2]})], "geometry-broken"),
        ([{"type": "Point", "coordinates": [1, 2]}], "feature-broken"),
        ([{"type": "Feature", "properties": [], "geometry": None}], "feature-broken"),
        ([7], "feature-broken"),
        ([], "source-error"),
    ],
)
def test_broken_features_are_refused(read: Read, features: list[Any], code: str) -> None:
    assert read(collection(*features), "geojson").codes == [code]


# --- shapefile -----------------------------------------------------------------------------------------------------


def make_shapefile(folder: Path, prj: str | None = GEOGRAPHIC, encoding: str = "utf-8") -> Path:
    stem = folder / "places"
    with shapefile.Writer(str(stem), shapeType=shapefile.POINT, encoding=encoding) as writer:
        writer.field("名称", "C", size=40)
        writer.field("price", "N", size=12, decimal=2)
        writer.field("day", "D")
        writer.field("open", "L")
        for name, place in (("千代田区役所", (139.753, 35.694)), ("札幌市中央区", (141.35, 43.06))):
            writer.point(*place)
            writer.record(*(name, 1.5, "20260401", True))
    stem.with_suffix(".cpg").unlink(missing_ok=True)
    if prj is not None:
        stem.with_suffix(".prj").write_text(prj, encoding="utf-8")
    return stem


def read_shapes(folder: Path) -> Outcome:
    files = {path.name: path for path in folder.iterdir() if path.is_file()}
    return _read(folder / "places.shp", "shp", folder, members=shapefile_members("places.shp", files))


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_shapes_become_rows_whatever_the_encoding_of_their_attributes(tmp_path: Path, encoding: str) -> None:
    make_shapefile(tmp_path, encoding=encoding)
    outcome = read_shapes(tmp_path)

    assert outcome.grid.labels == ("名称", "price", "day", "open", "longitude", "latitude")
    assert outcome.rows()[0] == ["千代田区役所", "1.50", "2026-04-01", "true", "139.753", "35.694"]
    assert (outcome.codes, outcome.grid.encoding) == ([], encoding)


def test_a_cpg_is_held_to_its_word(tmp_path: Path) -> None:
    stem = make_shapefile(tmp_path, encoding="cp932")
    stem.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")

    assert read_shapes(tmp_path).codes == ["dbf-encoding"]


def test_letters_cut_in_two_are_not_taken_for_another_encoding(tmp_path: Path) -> None:
    stem = make_shapefile(tmp_path)
    table = stem.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("札幌市中央区".encode(), "札幌市中央".encode() + b"\xe5\x8c "))

    assert read_shapes(tmp_path).codes == ["dbf-encoding"]


def test_polygons_stay_geojson(tmp_path: Path) -> None:
    with shapefile.Writer(str(tmp_path / "places"), shapeType=shapefile.POLYGON) as writer:
        writer.field("a", "C")
        writer.poly([SQUARE])
        writer.record("x")
        writer.null()
        writer.record("y")
    outcome = read_shapes(tmp_path)

    assert outcome.codes == ["shapefile-no-projection"]
    assert json.loads(outcome.rows()[0][1]) == {"type": "Polygon", "coordinates": [SQUARE]}
    assert outcome.rows()[1] == ["y", ""]


def test_projected_shapes_keep_their_attributes_only(tmp_path: Path) -> None:
    make_shapefile(tmp_path, PROJECTED)
    outcome = read_shapes(tmp_path)

    assert (outcome.codes, len(outcome.grid.labels)) == (["geometry-left-out"], 4)


def test_the_old_tokyo_datum_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    make_shapefile(tmp_path, 'GEOGCS["GCS_Tokyo",DATUM["D_Tokyo",SPHEROID["Bessel_1841",6377397.155,299.1528128]]]')

    assert read_shapes(tmp_path).codes == ["geometry-left-out"]


def test_deleted_records_are_counted(tmp_path: Path) -> None:
    stem = make_shapefile(tmp_path)
    table = bytearray(stem.with_suffix(".dbf").read_bytes())
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    stem.with_suffix(".dbf").write_bytes(table)
    outcome = read_shapes(tmp_path)

    assert [(each.code, each.row) for each in outcome.findings.problems] == [("dbf-deleted-records", 1)]
    assert (outcome.grid.rows, outcome.grid.lines.line(0)) == (1, 2)


@pytest.mark.parametrize("part", [".shp", ".dbf", ".shx"])
@pytest.mark.parametrize("cut", [1, 9, 60])
def test_a_shapefile_cut_short_is_refused(tmp_path: Path, part: str, cut: int) -> None:
    path = make_shapefile(tmp_path).with_suffix(part)
    path.write_bytes(path.read_bytes()[: -cut - (part == ".dbf")])

    assert read_shapes(tmp_path).codes == ["shapefile-broken"]


def test_a_shapefile_without_its_table_is_refused(tmp_path: Path) -> None:
    make_shapefile(tmp_path).with_suffix(".dbf").unlink()

    assert read_shapes(tmp_path).codes == ["shapefile-incomplete"]


@pytest.mark.parametrize("place", range(100, 160))
def test_a_damaged_shape_is_refused_or_read_and_never_raises(tmp_path: Path, place: int) -> None:
    with shapefile.Writer(str(tmp_path / "places"), shapeType=shapefile.POLYGONZ) as writer:
        writer.field("a", "C")
        writer.polyz([[[*position, 0.0] for position in SQUARE]])
        writer.record("x")
    path = tmp_path / "places.shp"
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 0x7F
    path.write_bytes(damaged)
    outcome = read_shapes(tmp_path)

    assert outcome.grids is not None or outcome.findings.failed


# --- Parquet -------------------------------------------------------------------------------------------------------


def parquet(tmp_path: Path, query: str) -> bytes:
    path = tmp_path / "made.parquet"
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def test_parquet_becomes_text_without_loss(tmp_path: Path, read: Read) -> None:
    query = """
        SELECT 1.10::DECIMAL(20, 2) AS money, TIMESTAMPTZ '2026-04-01 09:00:00+09' AS instant,
               TIMESTAMP '2026-04-01 09:00:00.5' AS moment, DATE '2026-04-01' AS day, true AS yes,
               {'a': 1, 'b': [1, 2]} AS inside, 'NaN'::DOUBLE AS none, 'Infinity'::FLOAT AS far, 0.1::DOUBLE AS tenth,
               NULL::INTEGER AS nothing, '日本,"x"' AS words
    """
    outcome = read(parquet(tmp_path, query), "parquet")

    assert dict(zip(outcome.grid.labels, outcome.rows()[0], strict=True)) == {
        "money": "1.10",
        "instant": "2026-04-01T00:00:00Z",
        "moment": "2026-04-01T09:00:00.5",
        "day": "2026-04-01",
        "yes": "true",
        "inside": '{"a":1,"b":[1,2]}',
        "none": "NaN",
        "far": "INF",
        "tenth": "0.1",
        "nothing": "",
        "words": '日本,"x"',
    }


def test_columns_without_a_form_as_text_are_told(tmp_path: Path, read: Read) -> None:
    outcome = read(parquet(tmp_path, "SELECT 1 AS a, 'x'::BLOB AS b"), "parquet")

    assert [(each.code, each.column) for each in outcome.findings.problems] == [("parquet-column-left-out", "b")]
    assert outcome.rows() == [["1"]]


@pytest.mark.parametrize("content", [b"PAR1PAR1", b"PAR1" + b"\xff" * 40 + b"PAR1", b"PAR1", b"a,b\n1,2\n"])
def test_what_only_claims_to_be_parquet_is_refused(read: Read, content: bytes) -> None:
    outcome = read(content, "parquet")

    assert outcome.codes in (["parquet-broken"], ["parquet-too-large"])


def test_a_damaged_footer_is_refused_or_read_and_never_raises(tmp_path: Path, read: Read) -> None:
    good = parquet(tmp_path, "SELECT range AS a FROM range(10)")
    for place in range(len(good) - 120, len(good) - 8, 7):
        damaged = bytearray(good)
        damaged[place] ^= 0x55
        outcome = read(bytes(damaged), "parquet")
        assert outcome.grids is not None or outcome.findings.failed


def test_more_rows_than_can_be_published_are_refused_unread(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.publishing.other_formats.parquet.MOST_ROWS", 9)

    assert read(parquet(tmp_path, "SELECT range AS a FROM range(10)"), "parquet").codes == ["parquet-too-large"]


# --- all -----------------------------------------------------------------------------------------------------------


def test_every_code_speaks_both_languages_and_only_warnings_let_a_file_pass() -> None:
    for code, message in OTHER_FORMATS.items():
        assert all((message.message.ja, message.message.en, message.advice.ja, message.advice.en)), code
        assert message.severity in set(Severity)
    assert set(KINDS) == {"json", "jsonl", "ndjson", "geojson", "parquet", "shp"}


def test_real_records_are_read(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "packages" / "frictionless-py-data" / "data"
    for name, format_ in (("table.keyed.json", "json"), ("table.json", "json"), ("table.jsonl", "jsonl")):
        outcome = _read(folder / name, format_, tmp_path)
        assert outcome.rows() == [["1", "english"], ["2", "中国人"]]
