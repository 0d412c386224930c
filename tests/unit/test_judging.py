"""Staged rows are judged as a loop over every cell would judge them: same problems, same order, same counts."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.report import Findings, Problem
from app.publishing.casting import casts, certain, descriptor_of
from app.publishing.constraints import check_table
from app.publishing.grids import Grid, Lines
from app.publishing.judging import judge, judge_staged
from app.publishing.layout import Layout
from app.publishing.remarks import Remarks
from app.publishing.staging import Stage

Field = dict[str, Any]
Rows = Sequence[Sequence[str]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path) as opened:
        yield opened


def grid_of(folder: Path, width: int, rows: Rows) -> Grid:
    file = folder / "table.csv"
    labels = tuple(f"f{number}" for number in range(width))
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([labels, *rows])
    return Grid(
        csv=file,
        unchanged=True,
        labels=labels,
        lines=Lines(1, (0,), (2,)),
        rows=len(rows),
        characters=sum(len(cell) for cells in rows for cell in cells),
        even=True,
    )


def layout_of(*fields: Field) -> Layout:
    return Layout(tuple({"name": f"f{number}"} | field for number, field in enumerate(fields)), {})


def problems(findings: Findings) -> tuple[list[Problem], int, bool]:
    return findings.problems, findings.omitted, findings.failed


@pytest.fixture
def both(stage: Stage, tmp_path: Path) -> Callable[..., Findings]:
    """Judge one way and the other; they must agree."""

    def judge_both(fields: Sequence[Field], rows: Rows, limit: int = 1000) -> Findings:
        grid, layout = grid_of(tmp_path, len(fields), [list(row) for row in rows]), layout_of(*fields)
        assert stage.load(grid)
        looped, staged = Findings(limit), Findings(limit)
        assert judge(grid, layout, Remarks(looped, "f", "r")) == judge_staged(
            stage, grid, layout, Remarks(staged, "f", "r")
        )
        assert problems(looped) == problems(staged)
        return staged

    return judge_both


INTEGER = {"type": "integer", "constraints": {"required": True, "minimum": 2}}
DAY = {"type": "date", "format": "%d/%m/%Y"}
BAD = [["1", "x"], ["x", "31/12/2024"], ["", ""], ["", "1/2/2024"], ["5", "31/02/2024"], ["1", "x"]]


@pytest.mark.parametrize("limit", [0, 1, 3, 4, 1000])
def test_problems_come_by_line_then_column_and_the_rest_is_counted(both: Callable[..., Findings], limit: int) -> None:
    found = both([INTEGER, DAY], BAD, limit)
    assert len(found.problems) + found.omitted == 8
    places = [(each.code, each.row, each.column) for each in found.problems]
    assert (
        places
        == [
            ("constraint-error", 2, "f0"),
            ("type-error", 2, "f1"),
            ("type-error", 3, "f0"),
            ("blank-row", 4, None),
            ("constraint-error", 5, "f0"),
            ("type-error", 6, "f1"),
            ("constraint-error", 7, "f0"),
            ("type-error", 7, "f1"),
        ][:limit]
    )


def test_a_word_with_two_faults_counts_twice(both: Callable[..., Findings]) -> None:
    field = {"type": "string", "constraints": {"minLength": 3, "enum": ["abc"]}}
    assert len(both([field], [["x"], ["abc"], ["abcd"]]).problems) == 3


@pytest.mark.parametrize("word", ["-99", "", "7"])
def test_a_required_value_may_not_be_a_word_for_none(both: Callable[..., Findings], word: str) -> None:
    field = {"type": "integer", "missingValues": ["-99", ""], "constraints": {"required": True}}
    assert bool(both([field, {"type": "any"}], [[word, "x"]]).problems) is (word != "7")


def test_bounds_are_compared_exactly_beyond_what_a_double_can_tell(both: Callable[..., Findings]) -> None:
    field = {"type": "number", "constraints": {"minimum": "0.1000000000000000001"}}
    found = both([field], [["0.1"], ["0.1000000000000000001"], ["0.10000000000000000011"], ["0.2"]])
    assert [each.row for each in found.problems] == [2]


def test_a_blank_row_is_seen_across_many_columns(both: Callable[..., Findings]) -> None:
    rows = [["x"] * 150, [""] * 150, [*[""] * 149, "x"], [""] * 150, ["x"] * 150]
    found = both([{"type": "string"}] * 150, rows)
    assert [(each.code, each.row) for each in found.problems] == [("blank-row", 3), ("blank-row", 5)]


def test_tens_of_thousands_of_words_to_be_read_hide_no_wrong_one(both: Callable[..., Findings]) -> None:
    days = [[f"{day}/{month}/{year}"] for year in range(1800, 1840) for month in range(1, 13) for day in range(1, 29)]
    found = both([DAY], [*days, ["30/2/1900"], ["x" * 5_000]])
    assert [each.row for each in found.problems] == [len(days) + 2, len(days) + 3]


WORDS = st.one_of(st.text("0123456789+-.,eE:TZ/ ", max_size=12), st.text(max_size=4)).filter(
    lambda word: "\0" not in word and word.encode("utf-8", "ignore").decode() == word
)
FIELDS: list[Field] = [
    {"type": "integer", "constraints": {"exclusiveMaximum": 5}},
    {"type": "number", "decimalChar": ",", "groupChar": "."},
    {"type": "year"},
    {"type": "time", "constraints": {"minimum": "10:00:00"}},
    {"type": "datetime", "constraints": {"maximum": "2024-01-01T10:00:00.5"}},
    {"type": "boolean"},
    {"type": "string", "constraints": {"maxLength": 3}, "missingValues": ["-"]},
]


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.lists(WORDS, min_size=len(FIELDS), max_size=len(FIELDS)), max_size=10))
def test_any_words_are_judged_alike(both: Callable[..., Findings], rows: list[list[str]]) -> None:
    both(FIELDS, rows)


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ({"type": "date", "format": "%Y/%m/%d"}, "2024/02/29"),
        ({"type": "datetime"}, "2024-01-01T10:00:00Z"),
        ({"type": "integer", "groupChar": ","}, "1,234"),
        ({"type": "number", "decimalChar": ","}, "1,5"),
        ({"type": "string", "constraints": {"enum": ["a", "b"]}}, "a"),
        ({"type": "yearmonth"}, "2024-12"),
    ],
)
def test_words_in_plain_form_are_not_read_one_by_one(stage: Stage, tmp_path: Path, field: Field, word: str) -> None:
    assert stage.load(grid_of(tmp_path, 1, [[word]]))
    assert stage.rows(certain(descriptor_of(field), "c0", {}) or "false") == [(True,)]


def test_a_format_that_nobody_here_can_read_is_a_warning(stage: Stage, tmp_path: Path) -> None:
    grid, layout, findings = (
        grid_of(tmp_path, 1, [["POINT (1 2)"]]),
        layout_of({"type": "string", "format": "wkt"}),
        Findings(),
    )
    remarks = Remarks(findings, "f", "r")
    assert stage.load(grid)
    assert judge_staged(stage, grid, layout, remarks)
    check_table(stage, grid, layout, casts(stage, layout, tmp_path), remarks)
    assert [(each.code, each.column) for each in findings.problems] == [("constraint-not-checked", "f0")]
    assert not findings.failed


# --- the stage -----------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(width=st.integers(1, 3), data=st.data())
def test_a_written_csv_has_the_very_same_cells(stage: Stage, tmp_path: Path, width: int, data: st.DataObject) -> None:
    cell = st.one_of(st.sampled_from(["", '"', '""', "\r", "\n", "\r\n", ",", " ", "#", "\\", "'"]), WORDS)
    rows = data.draw(st.lists(st.lists(cell, min_size=width, max_size=width), max_size=6))
    assert stage.load(grid_of(tmp_path, width, rows))
    names = ['a"b', "二,", " c "][:width]
    stage.write_csv(names, tmp_path / "clean.csv")
    with (tmp_path / "clean.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, strict=True)) == [names, *rows]


def test_a_lone_empty_cell_is_written_in_quotes(stage: Stage, tmp_path: Path) -> None:
    assert stage.load(grid_of(tmp_path, 1, [["x"], [""]]))
    stage.write_csv(["a"], tmp_path / "clean.csv")
    assert (tmp_path / "clean.csv").read_bytes() == b'a\r\nx\r\n""\r\n'


def test_rows_may_be_changed_while_others_are_still_read(stage: Stage, tmp_path: Path) -> None:
    assert stage.load(grid_of(tmp_path, 1, [[str(number)] for number in range(10_000)]))
    seen = 0
    for piece in stage.pieces("DISTINCT c0", "", 1_000):
        stage.execute("UPDATE cells SET c0 = ? WHERE c0 = ?", ["x", piece[0][0]])
        assert len(piece) <= 1_000
        seen += len(piece)
    assert seen == 10_000
    assert stage.rows("count(*)", "WHERE c0 = 'x'") == [(10,)]
