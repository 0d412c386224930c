"""What changes against the published version, counted by key or by whole rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from app.publishing.comparing import EXAMPLES, Pair, Side, compare
from app.publishing.examination import Comparison, TypeChange


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def side(name: str, rows: str, types: dict[str, str], **more: Any) -> Side:
    columns = ", ".join(f'"{column}"' for column in types)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM ({rows}) AS t({columns})) TO '{name}.parquet'")
        count = connection.execute(f"SELECT count(*) FROM '{name}.parquet'").fetchall()[0][0]
    return Side(f"{name}.parquet", types, count, **more)


def compared(before: Side | None, after: Side | None) -> Comparison:
    (found,) = compare(msgspec.to_builtins([Pair("wards", before, after)]))
    return msgspec.convert(found, Comparison)


def counts(found: Comparison) -> tuple[int, int, int, int]:
    return found.added, found.removed, found.changed, found.same


WARDS = {"code": "string", "name": "string"}


def test_rows_are_matched_by_the_primary_key() -> None:
    before = side("b", "VALUES ('1', 'a'), ('2', 'b'), ('3', 'c')", WARDS)
    after = side("a", "VALUES ('3', 'c'), ('2', 'B'), ('4', 'd')", WARDS, primary_key=("code",))

    found = compared(before, after)

    assert found.key == ("code",)
    assert counts(found) == (1, 1, 1, 1)
    assert [(each.key, each.cells) for each in found.examples] == [(("2",), (("name", "b", "B"),))]


def test_a_column_that_identifies_serves_where_there_is_no_primary_key() -> None:
    meanings = {"name": "municipality-code", "code": "id"}
    before = side("b", "VALUES ('1', 'x'), ('2', 'x')", WARDS)
    after = side("a", "VALUES ('1', 'x'), ('2', 'y')", WARDS, meanings=meanings)

    assert compared(before, after).key == ("code",)


def test_a_place_and_a_year_together_name_a_row_of_a_series() -> None:
    types = {"place": "string", "year": "year", "count": "integer"}
    meanings = {"place": "municipality-code", "year": "fiscal-year"}
    before = side("b", "VALUES ('1', 2024, 5), ('1', 2025, 6), ('2', 2024, 7)", types)
    after = side("a", "VALUES ('1', 2024, 5), ('1', 2025, 8), ('2', 2024, 7)", types, meanings=meanings)

    found = compared(before, after)

    assert found.key == ("place", "year")
    assert counts(found) == (0, 0, 1, 2)


@pytest.mark.parametrize("rows", ["VALUES ('1', 'a'), ('1', 'b')", "VALUES ('1', 'a'), (NULL, 'b')"])
def test_a_key_that_names_no_single_row_is_none(rows: str) -> None:
    found = compared(side("b", rows, WARDS), side("a", rows, WARDS, primary_key=("code",)))

    assert found.key == ()
    assert counts(found) == (0, 0, 0, 2)


def test_without_a_key_rows_count_as_often_as_they_stand() -> None:
    before = side("b", "VALUES ('x', 'y'), ('x', 'y'), ('p', NULL)", WARDS)
    after = side("a", "VALUES ('x', 'y'), ('p', ''), ('x', 'y'), ('x', 'y')", WARDS)

    assert counts(compared(before, after)) == (2, 1, 0, 2)


def test_cells_that_only_look_alike_when_joined_are_not_the_same() -> None:
    before = side("b", "VALUES ('a' || chr(31) || 'vb', 'c')", WARDS)
    after = side("a", "VALUES ('a', 'b' || chr(31) || 'vc')", WARDS)

    assert counts(compared(before, after)) == (1, 1, 0, 0)


def test_columns_that_came_went_or_changed_their_type_are_told() -> None:
    before = side("b", "VALUES (1, 'a', 'old')", {"code": "integer", "name": "string", "gone": "string"})
    after = side(
        "a", "VALUES ('1', 'a', 'new')", {"code": "string", "name": "string", "new": "string"}, primary_key=("code",)
    )

    found = compared(before, after)

    assert (found.columns_added, found.columns_removed) == (("new",), ("gone",))
    assert found.types == (TypeChange("code", "integer", "string"),)
    assert counts(found) == (0, 0, 0, 1)


def test_a_table_that_is_new_or_gone_is_said_to_be() -> None:
    table = side("t", "VALUES ('1', 'a')", WARDS)

    new, gone = compared(None, table), compared(table, None)

    assert (new.new, new.added) == (True, 1)
    assert (gone.gone, gone.removed) == (True, 1)


def test_few_examples_are_given_however_much_changed() -> None:
    rows = "SELECT i::VARCHAR, '{}' FROM range(1000) t(i)"
    before = side("b", rows.format("x"), WARDS)
    after = side("a", rows.format("y" * 5000), WARDS, primary_key=("code",))

    found = compared(before, after)

    assert found.changed == 1000
    assert len(found.examples) == EXAMPLES
    assert len(found.examples[0].cells[0][2]) == 200


def test_names_that_a_stranger_chose_are_only_names() -> None:
    name = "x\"; DROP TABLE b; --'"
    with duckdb.connect() as connection:
        quoted = name.replace('"', '""')
        connection.execute(f"COPY (SELECT 1 AS \"{quoted}\") TO 'n.parquet'")
    table = Side("n.parquet", {name: "integer"}, 1, (name,))

    assert compared(table, table).key == (name,)
