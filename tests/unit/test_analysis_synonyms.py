"""The file of synonyms that a governor may edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.search.analysis import Synonyms
from app.search.analysis.characters import FOLDER
from app.search.analysis.synonyms import LINES, key_of

OWN = FOLDER / "synonyms.csv"


def read(folder: Path, *files: str) -> Synonyms:
    paths = [folder / f"{number}.csv" for number in range(len(files))]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text, encoding="utf-8")
    return Synonyms.read(paths)


def test_a_group_finds_both_ways(tmp_path: Path) -> None:
    synonyms = read(tmp_path, "保育園, 保育所, nursery\n")
    assert synonyms.of(key_of("保育園")) == ("保育所", "nursery")
    assert synonyms.of(key_of("Nurseries")) == ("保育園", "保育所")


def test_an_arrow_finds_one_way(tmp_path: Path) -> None:
    synonyms = read(tmp_path, "犬, 猫 > 動物\n")
    assert synonyms.of("犬") == ("猫", "動物")
    assert synonyms.of("動物") == ()
    assert synonyms.knows("動物")


def test_a_word_may_stand_in_several_groups(tmp_path: Path) -> None:
    assert read(tmp_path, "水, water\n水, 飲料\n").of("水") == ("water", "飲料")


def test_a_later_file_adds_replaces_and_takes_away(tmp_path: Path) -> None:
    synonyms = read(tmp_path, "犬, dog\n猫, cat\n鳥, bird\n", "猫, ねこ\n鳥\n馬, horse\n")
    assert synonyms.of("犬") == ("dog",)
    assert synonyms.of("猫") == ("ねこ",)
    assert synonyms.of("鳥") == ()
    assert synonyms.of("馬") == ("horse",)


@pytest.mark.parametrize(
    "line",
    [
        "犬",
        ",,,",
        "犬 >",
        "> 動物",
        "犬 > 動物 > 生物",
        "犬, !!!",
        "x" * 61 + ", 犬",
        ",".join(f"w{number}" for number in range(41)),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_costs_no_other(tmp_path: Path, line: str) -> None:
    synonyms = read(tmp_path, f"水, water\n# note\n{line}\n火, fire\n")
    assert [(problem.file, problem.line) for problem in synonyms.problems] == [("0.csv", 3)]
    assert synonyms.problems[0].what.ja
    assert synonyms.problems[0].what.en
    assert synonyms.of("火") == ("fire",)


def test_an_open_quote_swallows_no_lines(tmp_path: Path) -> None:
    assert read(tmp_path, '"犬, dog\n猫, cat\n').of("猫") == ("cat",)


def test_a_missing_or_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00")
    synonyms = Synonyms.read([tmp_path / "none.csv", tmp_path / "bad.csv", OWN])
    assert [problem.file for problem in synonyms.problems] == ["none.csv", "bad.csv"]
    assert synonyms.groups


def test_a_huge_file_is_read_in_part(tmp_path: Path) -> None:
    synonyms = read(tmp_path, "".join(f"a{number}, b{number}\n" for number in range(LINES + 5)))
    assert len(synonyms.groups) == LINES
    assert synonyms.problems[0].line == LINES + 1


def test_the_portals_own_file_is_whole() -> None:
    synonyms = Synonyms.read([OWN])
    assert synonyms.problems == ()
    assert len(synonyms.groups) >= 500


def test_words_are_found_by_their_readings(tmp_path: Path) -> None:
    synonyms = read(tmp_path, "人口, population\n補助金, grant\n")
    assert synonyms.read_as("じんこう") == ("人口",)
    assert synonyms.read_shortly_as("じんこ") == ("人口",)
    assert synonyms.read_as("ほじょきん") == ("補助金",)
