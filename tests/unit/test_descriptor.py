"""What the descriptor gate makes of honest descriptors: v1 and older ones become v2."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from app.catalog.record import Contact, Contributor, Period, Source
from app.kernel.report import Findings
from app.kernel.text import Text
from app.publishing.descriptor import (
    Package,
    ResourceDescription,
    infer_package,
    name_is_allowed,
    read_descriptor,
    text_in,
)
from app.publishing.problems import ARCHIVE, DESCRIPTOR

FILES = ("a.csv", "b.csv", "データ/人口（2026）.csv", "schema.yaml")


def read(text: str, name: str = "datapackage.json", files: tuple[str, ...] = FILES) -> tuple[Package, list[str]]:
    findings = Findings()
    package = read_descriptor(text.encode(), name, files, findings, read_file=lambda _: b"fields:\n- name: x\n")
    assert package is not None, findings.problems
    return package, [problem.code for problem in findings.problems]


def about(**values: Any) -> Package:
    package, codes = read(json.dumps({"name": "p", "resources": [{"name": "r", "path": "a.csv"}]} | values))
    assert codes == []
    return package


def resource(**values: Any) -> ResourceDescription:
    return about(resources=[{"name": "r", "path": "a.csv"} | values]).resources[0]


def schema(**values: Any) -> dict[str, Any]:
    made = resource(schema={"fields": [{"name": "x"}, {"name": "y"}]} | values).schema
    assert made is not None
    return made


def field(**values: Any) -> dict[str, Any]:
    made: dict[str, Any] = schema(fields=[{"name": "x"} | values])["fields"][0]
    return made


def codes_of(**values: Any) -> list[str]:
    findings = Findings()
    raw = {"name": "p", "resources": [{"name": "r", "path": "a.csv"}]} | values
    read_descriptor(json.dumps(raw).encode(), "datapackage.json", FILES, findings)
    return [problem.code for problem in findings.problems]


def codes_of_schema(**values: Any) -> list[str]:
    return codes_of(resources=[{"name": "r", "path": "a.csv", "schema": {"fields": [{"name": "x"}]} | values}])


def test_a_whole_descriptor_is_read() -> None:
    package = about(
        title="人口",
        description="月ごと\n\n* 一覧",
        homepage="https://example.org/",
        version="1.0",
        created="2026-04-01T09:00:00+09:00",
        keywords=["人口", "population", "人口"],
        languages=["ja-JP", "eng"],
        sources=[{"title": "住民基本台帳", "path": "https://example.org/s", "version": "3"}],
        resources=[{"name": "人口", "path": "データ/人口（2026）.csv", "mediatype": "text/csv", "bytes": 3}],
    )

    assert (package.title, package.description) == (Text("人口"), Text("月ごと\n\n* 一覧"))
    assert (package.version, package.created) == ("1.0", datetime(2026, 4, 1, tzinfo=UTC))
    assert (package.keywords, package.languages) == (("人口", "population"), ("ja", "en"))
    assert package.sources == (Source("住民基本台帳", "https://example.org/s", version="3"),)
    assert package.resources[0].path == "データ/人口（2026）.csv"
    assert (package.resources[0].format, package.resources[0].bytes) == ("csv", 3)


def test_a_package_travels_as_json() -> None:
    package = about(temporal="2020/2021", created="2026-04-01", resources=[{"name": "r", "data": [{"a": 1}]}])

    assert msgspec.json.decode(msgspec.json.encode(package), type=Package) == package


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"title": "人口"}, Text("人口", "")),
        ({"title": "Population"}, Text("", "Population")),
        ({"title": {"ja": "人口", "en": "Population"}}, Text("人口", "Population")),
        ({"title": "人口", "title@en": "Population"}, Text("人口", "Population")),
        ({"title": "Population", "title@ja": "人口"}, Text("人口", "Population")),
        ({"title": "GDP", "titleEn": "Gross domestic product"}, Text("GDP", "Gross domestic product")),
        ({"title": "人口", "title_en": "Population"}, Text("人口", "Population")),
        ({"title": "a\u202eb\x00c"}, Text("", "abc")),
        ({"title": 2026}, Text("", "2026")),
        ({"title": None}, Text()),
        ({}, Text()),
    ],
)
def test_texts_are_read_in_every_spelling(words: dict[str, Any], text: Text) -> None:
    assert text_in(words, "title") == text


def test_titles_are_one_line() -> None:
    assert about(title=" 東京都の\n 人口 ").title == Text("東京都の 人口")


@pytest.mark.parametrize(
    "values",
    [
        {"licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}]},
        {"license": "CC-BY-4.0"},
        {"license": {"type": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}},
        {"license": "https://creativecommons.org/licenses/by/4.0/"},
        {"resources": [{"name": "r", "path": "a.csv", "licenses": [{"name": "CC-BY-4.0"}]}]},
    ],
)
def test_licenses_are_found_wherever_they_are_stated(values: dict[str, Any]) -> None:
    assert [license_.name for license_ in about(**values).licenses] == ["CC-BY-4.0"]


@pytest.mark.parametrize(
    "values",
    [
        {"contributors": [{"title": "Hanako", "email": "h@example.org", "role": "creator"}]},
        {"contributors": [{"name": "Hanako", "email": "mailto:h@example.org", "roles": ["creator"]}]},
        {"author": "Hanako <h@example.org>"},
        {"author": {"name": "Hanako", "email": "h@example.org"}},
    ],
)
def test_people_are_read_in_every_spelling(values: dict[str, Any]) -> None:
    assert about(**values).contributors == (Contributor("Hanako", email="h@example.org", roles=("creator",)),)


@pytest.mark.parametrize(
    ("value", "period"),
    [
        ({"start": "2020-01-01", "end": "2021-01-10"}, Period(date(2020, 1, 1), date(2021, 1, 10))),
        ("2020/2021-02", Period(date(2020, 1, 1), date(2021, 2, 28))),
        ("2024", Period(date(2024, 1, 1), date(2024, 12, 31))),
        ("9999-12", Period(date(9999, 12, 1), date(9999, 12, 31))),
        ("2024-04-01/", Period(date(2024, 4, 1), None)),
    ],
)
def test_periods_are_read(value: Any, period: Period) -> None:
    assert about(temporal=value).temporal == period


@pytest.mark.parametrize("key", ["frequency", "accrualPeriodicity", "更新頻度"])
def test_the_frequency_is_read_under_its_names(key: str) -> None:
    assert about(**{key: "年1回"}).frequency == "ANNUAL"


def test_what_the_portal_adds_is_read() -> None:
    package = about(
        spatial=["東京都", {"uri": "https://sws.geonames.org/1850144/"}],
        themes=["http://publications.europa.eu/resource/authority/data-theme/SOCI", "econ"],
        contact={"name": "統計課", "email": "mailto:toukei@example.org"},
    )

    assert package.spatial == ("東京都", "https://sws.geonames.org/1850144/")
    assert package.themes == ("SOCI", "ECON")
    assert package.contact == Contact("統計課", "toukei@example.org")


@pytest.mark.parametrize(
    ("values", "name", "read"),
    [
        ({"groups": ["c003", "防災"]}, "groups", ("c003", "c001")),
        ({"group": {"name": "c001"}}, "groups", ("c001",)),
        ({"provenance": {"ja": "台帳から", "en": "From registers"}}, "provenance", Text("台帳から", "From registers")),
        ({"caveats": "推計です", "caveats@en": "An estimate"}, "caveats", Text("推計です", "An estimate")),
        ({"limitations": "推計です"}, "caveats", Text("推計です")),
        ({"conformsTo": "https://example.org/a"}, "conforms_to", ("https://example.org/a",)),
        ({"conformsTo": [{"uri": "https://example.org/a"}]}, "conforms_to", ("https://example.org/a",)),
        ({"aiUse": "input"}, "ai_use", "input"),
        ({"series": "人口", "series@en": "Population"}, "series", Text("人口", "Population")),
        ({"nextUpdate": "2027-04-01"}, "next_due", date(2027, 4, 1)),
    ],
)
def test_what_data_packages_have_no_names_for_is_read(values: dict[str, Any], name: str, read: Any) -> None:
    assert getattr(about(**values), name) == read


@pytest.mark.parametrize(
    "values",
    [
        {"temporal": "once upon a time"},
        {"temporal": {"start": "2021-01-01", "end": "2020-01-01"}},
        {"frequency": "when the moon is blue"},
        {"themes": ["ASTROLOGY"]},
        {"homepage": "javascript:alert(1)"},
        {"created": "yesterday"},
        {"contact": 5},
        {"groups": ["c999"]},
        {"provenance": ["a", "b"]},
        {"caveats": 5 * [None]},
        {"limitations": True},
        {"conformsTo": "javascript:alert(1)"},
        {"aiUse": "perhaps"},
        {"series": {"de": "Reihe"}},
        {"nextUpdate": "2027"},
        {"nextUpdate": "2027-02-30"},
        {"resources": [{"name": "r", "path": "a.csv", "encoding": "klingon"}]},
        {"resources": [{"name": "r", "path": "a.csv", "hash": "no"}]},
    ],
)
def test_what_is_not_understood_is_left_out_with_a_warning(values: dict[str, Any]) -> None:
    raw = {"name": "p", "resources": [{"name": "r", "path": "a.csv"}]} | values
    package, codes = read(json.dumps(raw))

    assert codes == ["metadata-not-understood"]
    assert "javascript" not in msgspec.json.encode(package).decode()


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({}, {"name": "x", "type": "any"}),
        ({"type": "date", "format": "default"}, {"name": "x", "type": "date"}),
        (
            {"title": {"ja": "人口", "en": "Population"}},
            {"name": "x", "type": "any", "title": "人口", "title@en": "Population"},
        ),
        ({"unit": "人", "hidden": 1, "_x": 2}, {"name": "x", "type": "any", "unit": "人"}),
        ({"codeList": "https://x.jp/c"}, {"name": "x", "type": "any", "codeList": "https://x.jp/c"}),
        (
            {"constraints": {"required": True, "minimum": 0, "soft": 1, "unique": None}},
            {"name": "x", "type": "any", "constraints": {"required": True, "minimum": 0}},
        ),
        (
            {"categories": [{"value": 1, "label": "男"}]},
            {"name": "x", "type": "any", "categories": [{"value": 1, "label": "男"}]},
        ),
    ],
)
def test_fields_keep_what_version_2_has(given: dict[str, Any], made: dict[str, Any]) -> None:
    assert field(**given) == made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"primaryKey": "x"}, {"primaryKey": ["x"]}),
        ({"uniqueKeys": [["x", "y"]]}, {"uniqueKeys": [["x", "y"]]}),
        ({"missingValues": ["", "-"]}, {"missingValues": ["", "-"]}),
        ({"fieldsMatch": ["subset"]}, {"fieldsMatch": "subset"}),
        ({"fieldsMatch": "exact"}, {}),
        (
            {"foreignKeys": [{"fields": "x", "reference": {"resource": "", "fields": "y"}}]},
            {"foreignKeys": [{"fields": ["x"], "reference": {"fields": ["y"]}}]},
        ),
    ],
)
def test_schemas_become_version_2(given: dict[str, Any], made: dict[str, Any]) -> None:
    assert schema(**given) == {"fields": [{"name": "x", "type": "any"}, {"name": "y", "type": "any"}]} | made


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"fields": [{"name": "x", "type": "text"}]}, "unknown-field-type"),
        ({"fields": [{"type": "string"}]}, "field-without-name"),
        ({"fields": ["x"]}, "field-not-understood"),
        ({"fields": [{"name": "x"}, {"name": "x"}]}, "duplicate-field-name"),
        ({"fields": []}, "schema-without-fields"),
        ({"fields": [{"name": "x", "format": 3}]}, "field-property-not-understood"),
        ({"fields": [{"name": "x", "constraints": {"required": "yes"}}]}, "constraint-not-understood"),
        ({"fields": [{"name": "x", "constraints": {"minLength": -1}}]}, "constraint-not-understood"),
        ({"fields": [{"name": "x", "constraints": ["required"]}]}, "constraint-not-understood"),
        ({"primaryKey": "z"}, "key-field-missing"),
        ({"primaryKey": [1]}, "key-not-understood"),
        ({"fieldsMatch": "roughly"}, "schema-not-understood"),
        ({"missingValues": "-"}, "schema-not-understood"),
        (
            {"foreignKeys": [{"fields": "x", "reference": {"resource": "q", "fields": "x"}}]},
            "foreign-key-resource-missing",
        ),
        ({"foreignKeys": [{"fields": "x", "reference": {"fields": ["x", "x"]}}]}, "key-not-understood"),
        ({"foreignKeys": [{"fields": "x", "reference": {"fields": "z"}}]}, "key-field-missing"),
    ],
)
def test_what_a_schema_gets_wrong_is_said(given: dict[str, Any], code: str) -> None:
    assert codes_of_schema(**given) == [code]


def test_a_foreign_key_may_name_a_table_without_schema() -> None:
    foreign = {"fields": "x", "reference": {"resource": "s", "fields": "y"}}
    first = {"name": "r", "path": "a.csv", "schema": {"fields": [{"name": "x"}], "foreignKeys": [foreign]}}

    assert codes_of(resources=[first, {"name": "s", "path": "b.csv"}]) == []


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"delimiter": ";", "csvddfVersion": 1.2, "caseSensitiveHeader": True}, {"delimiter": ";"}),
        ({"csv": {"delimiter": "\\t"}}, {"delimiter": "\t"}),
        ({"excel": {"sheet": "表1"}}, {"sheetName": "表1"}),
        ({"sql": {"table": "user"}, "commentChar": None}, {}),
    ],
)
def test_dialects_keep_what_version_2_has(given: dict[str, Any], made: dict[str, Any]) -> None:
    assert resource(dialect=given).dialect == made


def test_a_delimiter_of_two_letters_is_refused() -> None:
    assert codes_of(resources=[{"name": "r", "path": "a.csv", "dialect": {"delimiter": ";;"}}]) == [
        "dialect-not-understood"
    ]


def test_a_schema_in_a_file_of_the_package_is_taken_in() -> None:
    assert resource(schema="schema.yaml").schema == {"fields": [{"name": "x", "type": "any"}]}


@pytest.mark.parametrize("stated", ["Shift_JIS", "windows-31j", "MS932", "cp932"])
def test_encodings_get_the_name_python_knows(stated: str) -> None:
    assert resource(encoding=stated).encoding == "cp932"


@pytest.mark.parametrize("given", [{"profile": "tabular-data-resource"}, {"type": "table"}])
def test_a_profile_says_that_it_is_a_table(given: dict[str, Any]) -> None:
    assert resource(**given).type == "table"


@pytest.mark.parametrize("path", ["a.csv", "./a.csv", ["a.csv"]])
def test_a_path_names_one_file(path: Any) -> None:
    assert resource(path=path).path == "a.csv"


def test_an_old_url_may_name_a_file_of_the_package() -> None:
    assert about(resources=[{"name": "r", "url": "a.csv"}]).resources[0].path == "a.csv"


def test_paths_are_relative_to_the_descriptor() -> None:
    raw = '{"name": "p", "resources": [{"name": "r", "path": "a.csv"}]}'
    package, _ = read(raw, "inner/datapackage.json", ("inner/a.csv",))

    assert package.resources[0].path == "inner/a.csv"


def test_paths_in_form_d_name_files_in_form_c() -> None:
    package, _ = read('{"name": "p", "resources": [{"name": "r", "path": "か\u3099.csv"}]}', files=("が.csv",))

    assert package.resources[0].path == "が.csv"


def test_a_missing_file_is_reported_with_its_near_names() -> None:
    findings = Findings()
    raw = json.dumps({"name": "p", "resources": [{"name": "r", "path": "data/populaton.csv"}]})
    read_descriptor(raw.encode(), "datapackage.json", ("data/population.csv", "readme.md"), findings)

    (problem,) = findings.problems
    assert (problem.code, problem.value, problem.resource) == ("file-not-in-package", "data/populaton.csv", "r")
    assert "data/population.csv" in problem.advice.ja
    assert "data/population.csv" in problem.advice.en


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"path": None}, "resource-without-data"),
        ({"data": []}, "resource-path-and-data"),
        ({"path": None, "data": 5}, "inline-data-not-understood"),
        ({"path": 5}, "path-not-allowed"),
        ({"path": ["a.csv", "b.csv"]}, "multipart-resource"),
    ],
)
def test_a_resource_has_one_content(values: dict[str, Any], code: str) -> None:
    assert codes_of(resources=[{"name": "r", "path": "a.csv"} | values]) == [code]


def test_a_resource_without_a_name_gets_one_of_its_own() -> None:
    raw = json.dumps({"name": "p", "resources": [{"path": "a.csv"}, {"name": "A", "path": "b.csv"}]})
    findings = Findings()
    read_descriptor(raw.encode(), "datapackage.json", FILES, findings)
    assert [problem.code for problem in findings.problems] == ["resource-without-name", "duplicate-resource-name"]

    package, codes = read('{"name": "p", "resources": [{"name": "a", "path": "b.csv"}, {"path": "a.csv"}]}')
    assert [each.name for each in package.resources] == ["a", "a-2"]
    assert codes == ["resource-without-name"]


YAML = """
name: no
version: 1.10
created: 2026-04-01
keywords: [NO, yes, on, 0123, 12:30]
resources:
- name: 2026
  path: a.csv
  schema:
    missingValues: [NA, ~text, "null"]
    fields:
    - {name: x, type: integer, example: 0o17, constraints: {required: true, minimum: -1.5e1, maximum: 10}}
"""


def test_yaml_has_no_values_but_those_of_json() -> None:
    package, codes = read(YAML, "datapackage.yaml")
    (made,) = package.resources

    assert codes == []
    assert (package.name, package.version, package.created) == ("no", "1.10", datetime(2026, 4, 1, tzinfo=UTC))
    assert package.keywords == ("NO", "yes", "on", "0123", "12:30")
    assert made.name == "2026"
    assert made.schema is not None
    assert made.schema["missingValues"] == ["NA", "~text", "null"]
    assert made.schema["fields"][0]["constraints"] == {"required": True, "minimum": -15.0, "maximum": 10}
    assert made.schema["fields"][0]["example"] == "0o17"


@pytest.mark.parametrize("name", ["population-2026", "東京都 人口", "a.b_c", "国・地域（総数）"])
def test_ordinary_names_are_allowed(name: str) -> None:
    assert name_is_allowed(name)


@pytest.mark.parametrize(
    ("file_name", "name"),
    [("人口 2026.csv", "人口 2026"), ("a<b>&c.tar.gz", "a-b--c"), ("..", "dataset"), ("x/nul.csv", "dataset")],
)
def test_a_package_without_descriptor_is_named_after_its_file(file_name: str, name: str) -> None:
    assert infer_package(file_name).name == name


def test_a_package_without_descriptor_describes_its_files() -> None:
    package = infer_package("避難所.zip", "避難所一覧", files=("a/表.csv", "b/表.CSV"))

    assert (package.title, package.inferred) == (Text("避難所一覧"), True)
    assert [(each.name, each.path, each.format) for each in package.resources] == [
        ("表", "a/表.csv", "csv"),
        ("表-2", "b/表.CSV", "csv"),
    ]


@pytest.mark.parametrize("code", [*ARCHIVE, *DESCRIPTOR])
def test_every_code_speaks_both_languages(code: str) -> None:
    message = (ARCHIVE | DESCRIPTOR)[code]

    assert all((message.message.ja, message.message.en, message.advice.ja, message.advice.en))
