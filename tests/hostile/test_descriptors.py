"""Descriptors that were made to do harm: refused by name, quickly, with nothing opened."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.kernel.report import Findings
from app.publishing.descriptor import Package, read_descriptor

FILES = ("a.csv", "data/b.csv", "schema.json")


def attempt(
    raw: bytes | str | dict[str, Any],
    name: str = "datapackage.json",
    read_file: Callable[[str], bytes] | None = None,
) -> tuple[Package | None, list[str]]:
    text = json.dumps(raw) if isinstance(raw, dict) else raw
    findings = Findings()
    package = read_descriptor(
        text.encode() if isinstance(text, str) else text, name, FILES, findings, read_file=read_file
    )
    return package, [problem.code for problem in findings.problems]


def package(**resource: Any) -> dict[str, Any]:
    return {"name": "p", "resources": [{"name": "r", "path": "a.csv"} | resource]}


def with_schema(**schema: Any) -> dict[str, Any]:
    return package(schema={"fields": [{"name": "x", "type": "string"}]} | schema)


REMOTE = (
    "http://127.0.0.1:8765/internal.csv",
    "HTTPS://example.org/a.csv",
    "//example.org/a.csv",
    "sqlite:////srv/app.db",
    "postgresql://127.0.0.1/x",
    "file:///etc/passwd",
    "s3://169.254.169.254/x",
    "data:text/csv,a",
    "zip://a.csv",
)
OUTSIDE = (
    "../a.csv",
    "data/../../a.csv",
    "/etc/passwd",
    "C:\\a.csv",
    "..\\a.csv",
    "a\0.csv",
    "data//b.csv",
    "con",
    "~/../a",
)
ADDRESS = "http://127.0.0.1:8765/x.json"

HOSTILE: dict[str, tuple[bytes | str | dict[str, Any], str]] = {
    **{f"H29-H33 path {path}": (package(path=path), "path-is-remote") for path in REMOTE},
    **{f"H32 path {path!r}": (package(path=path), "path-not-allowed") for path in OUTSIDE},
    "H30 database with dialect": (
        package(path="sqlite:////srv/app.db", dialect={"sql": {"table": "user"}}),
        "path-is-remote",
    ),
    "H34 schema at an address": (package(schema=ADDRESS), "external-schema"),
    "H34 dialect at an address": (package(dialect=ADDRESS), "external-dialect"),
    "H34 schema in a file": (package(schema="../../etc/passwd"), "external-schema"),
    "H36 more paths": (package(extrapaths=[ADDRESS]), "multipart-resource"),
    "H36 list of paths": (package(path=["a.csv", ADDRESS]), "multipart-resource"),
    "H37 foreign package": (
        with_schema(foreignKeys=[{"fields": "x", "reference": {"package": ADDRESS, "resource": "r", "fields": "x"}}]),
        "external-foreign-key",
    ),
    "H37 foreign resource": (
        with_schema(foreignKeys=[{"fields": "x", "reference": {"resource": ADDRESS, "fields": "x"}}]),
        "external-foreign-key",
    ),
    "H37 reference in JSON Schema": (
        with_schema(fields=[{"name": "x", "constraints": {"jsonSchema": {"items": {"$ref": ADDRESS}}}}]),
        "constraint-not-understood",
    ),
    "H38 ten megabytes": (b'{"name": "' + b"a" * 10_000_000 + b'"}', "descriptor-too-large"),
    "H38 depth of 10,000": ("[" * 10_000 + "]" * 10_000, "descriptor-too-deep"),
    "H38 depth of 21": ('{"x": ' + "[" * 20 + "]" * 20 + "}", "descriptor-too-deep"),
    "H38 NaN": ('{"name": "p", "x": NaN}', "descriptor-number"),
    "H38 infinity": ('{"name": "p", "x": [-Infinity]}', "descriptor-number"),
    "H38 1e400": ('{"name": "p", "x": 1e400}', "descriptor-number"),
    "H38 5,000 digits": ('{"name": "p", "x": -' + "9" * 5000 + "}", "descriptor-number"),
    "H38 duplicate keys": ('{"name": "p", "name": "q"}', "descriptor-duplicate-key"),
    "H38 duplicate keys in two spellings": ('{"name": "p", "n\\u0061me": "q"}', "descriptor-duplicate-key"),
    "H38 lone surrogate": ('{"name": "\\ud800"}', "descriptor-lone-surrogate"),
    "H38 lone surrogate in a key": ('{"\\udfff": 1}', "descriptor-lone-surrogate"),
    "H38 BOM": (b'\xef\xbb\xbf{"name": "p"}', "descriptor-bom"),
    "H38 UTF-16": ('{"name": "p"}'.encode("utf-16"), "descriptor-bom"),
    "H38 CP932": ('{"title": "人口"}'.encode("cp932"), "descriptor-encoding"),
    "H38 comment": ('{"name": "p" /* x */}', "descriptor-not-json"),
    "H38 single quotes": ("{'name': 'p'}", "descriptor-not-json"),
    "H38 quote left open": ('"' + '\\"' * 400_000, "descriptor-not-json"),
    "H38 list": ("[1, 2]", "descriptor-not-object"),
    "H38 nothing": ("", "descriptor-not-json"),
    "H40 100,000 resources": ('{"name": "p", "resources": [' + "{}," * 100_000 + "{}]}", "too-many-resources"),
    "H40 20,000 fields": (with_schema(fields=[{"name": f"c{n}"} for n in range(20_000)]), "too-many-fields"),
    "H40 200,000 wrong keys": (with_schema(uniqueKeys=[1] * 200_000), "too-many-problems"),
    **{
        f"H41 name {name!r}": ({"name": name, "resources": [{"name": "r", "path": "a.csv"}]}, "name-not-allowed")
        for name in ("<script>", 'a"b', "a'b", "a\nb", "../x", "a/b", "a\\b", ".x", "a\u202eb", "x" * 101, "nul", "a?b")
    },
    **{
        f"H41 resource {name!r}": (package(name=name), "name-not-allowed")
        for name in ("<script>", 'a"b', "a\nb", "../x", "a\u200bb")
    },
    "H42 same path": (
        {"name": "p", "resources": [{"name": "r", "path": "a.csv"}, {"name": "s", "path": "./a.csv"}]},
        "duplicate-resource-path",
    ),
    "H42 same name": (
        {"name": "p", "resources": [{"name": "r", "path": "a.csv"}, {"name": "R", "path": "data/b.csv"}]},
        "duplicate-resource-name",
    ),
    "H43 no such file": (package(path="c.csv"), "file-not-in-package"),
    "H43 folder": (package(path="data"), "file-not-in-package"),
    "H44 data of a megabyte": (package(path=None, data=["x" * 1024**2]), "descriptor-too-large"),
    "no name": ({"resources": [{"name": "r", "path": "a.csv"}]}, "package-without-name"),
    "no resources": ({"name": "p"}, "package-without-resources"),
    "empty resources": ({"name": "p", "resources": []}, "package-without-resources"),
    "resource of another shape": ({"name": "p", "resources": ["a.csv"]}, "resource-not-object"),
    "resources of another shape": ({"name": "p", "resources": {"r": "a.csv"}}, "package-without-resources"),
}


@pytest.mark.parametrize(("raw", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_descriptor_is_refused_quickly(raw: bytes | str | dict[str, Any], code: str) -> None:
    begun = time.process_time()
    result, codes = attempt(raw)

    assert code in codes
    assert result is None
    assert time.process_time() - begun < 10


YAML: dict[str, tuple[str, str]] = {
    "alias bomb": ("name: p\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "descriptor-yaml-alias"),
    "object tag": ("name: !!python/object/apply:os.system [id]\n", "descriptor-yaml-tag"),
    "own tag": ("name: !include /etc/passwd\n", "descriptor-yaml-tag"),
    "duplicate keys": ("name: p\nname: q\n", "descriptor-duplicate-key"),
    "depth": ("x: " + "[" * 30 + "]" * 30, "descriptor-too-deep"),
    "two documents": ("name: p\n---\nname: q\n", "descriptor-not-yaml"),
    "list as key": ("? [a]\n: b\n", "descriptor-not-yaml"),
    "tab": ("name: p\n\tx: 1\n", "descriptor-not-yaml"),
    "control character": ("name: \x01\n", "descriptor-not-yaml"),
    "1e400": ("name: p\nx: 1e400\n", "descriptor-number"),
    "plain text": ("just words", "descriptor-not-object"),
    "nothing": ("", "descriptor-not-object"),
    "BOM": ("\ufeffname: p\n", "descriptor-bom"),
}


@pytest.mark.parametrize(("raw", "code"), YAML.values(), ids=YAML)
def test_hostile_yaml_is_refused(raw: str, code: str) -> None:
    result, codes = attempt(raw, "datapackage.yaml")

    assert codes == [code]
    assert result is None


def test_yaml_nested_without_end_is_refused_by_whoever_sees_it_first() -> None:
    assert attempt("[" * 1_000_000, "datapackage.yaml") in [
        (None, ["descriptor-too-deep"]),
        (None, ["descriptor-not-yaml"]),  # libyaml has a limit of its own
    ]


@pytest.mark.parametrize("key", ["profile", "profiles", "$schema", "pipeline", "checklist", "image", "_private"])
def test_an_address_under_a_key_we_do_not_read_goes_nowhere(key: str) -> None:
    result, codes = attempt(package(**{key: ADDRESS}) | {key: [ADDRESS]})

    assert codes == []
    assert ADDRESS not in msgspec.json.encode(result).decode()


@pytest.mark.parametrize("key", ["__proto__", "__class__", "constructor", "prototype", "__init__"])
def test_keys_with_a_meaning_elsewhere_are_dropped(key: str) -> None:
    harm = {key: {"polluted": True}}
    raw = package(**harm, schema={"fields": [{"name": "x", "constraints": harm} | harm], **harm}) | harm

    result, codes = attempt(raw)

    assert codes == []
    assert key not in msgspec.json.encode(result).decode()


def test_a_schema_in_a_file_is_held_to_the_same_rules() -> None:
    _, codes = attempt(package(schema="schema.json"), read_file=lambda _: b'{"fields": [NaN]}')

    assert codes == ["descriptor-number"]


def test_only_files_of_the_package_are_read_for_a_schema() -> None:
    asked: list[str] = []

    def read_file(name: str) -> bytes:
        asked.append(name)
        return b"{}"

    for outside in (ADDRESS, "../schema.json", "/etc/passwd", "missing.json"):
        attempt(package(schema=outside), read_file=read_file)

    assert asked == []


def test_a_report_points_to_line_and_character() -> None:
    findings = Findings()
    read_descriptor(b'{\n  "name": "p",\n  "x": [1, NaN]\n}', "datapackage.json", FILES, findings)

    (problem,) = findings.problems
    assert (problem.file, problem.row, problem.column) == ("datapackage.json", 3, "12")


def test_a_flood_of_problems_ends_the_reading() -> None:
    _, codes = attempt({"name": "p", "resources": [{"name": f"r{n}", "path": f"x{n}"} for n in range(1000)]})

    assert len(codes) == 501
    assert codes[-1] == "too-many-problems"


KEYS = some.sampled_from(
    [
        "name",
        "path",
        "data",
        "schema",
        "fields",
        "type",
        "format",
        "constraints",
        "required",
        "enum",
        "pattern",
        "primaryKey",
        "uniqueKeys",
        "foreignKeys",
        "reference",
        "resource",
        "missingValues",
        "fieldsMatch",
        "dialect",
        "csv",
        "itemType",
        "sheet",
        "header",
        "title",
        "description",
        "titleEn",
        "licenses",
        "license",
        "contributor",
        "author",
        "sources",
        "languages",
        "keywords",
        "created",
        "temporal",
        "spatial",
        "frequency",
        "themes",
        "contact",
        "hash",
        "encoding",
        "bytes",
        "mediatype",
        "categories",
        "url",
        "roles",
    ]
)
LEAVES = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False)
WORDS = some.sampled_from(
    ["", "a.csv", "x", "ja", "2020/2021", "http://e.org", "a@b.c", "年1回", "\t", "人口"]
) | some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = some.recursive(
    LEAVES | WORDS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(
    about=some.dictionaries(KEYS, VALUES, max_size=6),
    resource=some.dictionaries(KEYS, VALUES, max_size=6),
    schema=some.dictionaries(KEYS, VALUES, max_size=5),
    field=some.dictionaries(KEYS, VALUES, max_size=5),
)
def test_no_value_of_any_shape_raises(
    about: dict[str, Any], resource: dict[str, Any], schema: dict[str, Any], field: dict[str, Any]
) -> None:
    fields = {"fields": [{"name": "x"} | field]}
    raw = {"name": "p", "resources": [package()["resources"][0] | {"schema": fields | schema} | resource]} | about

    result, codes = attempt(raw)

    assert result is not None or codes
    msgspec.json.encode(result)
