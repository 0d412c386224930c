"""The tables of words: groups, uses by machines, frequencies, and what columns of days are called."""

from __future__ import annotations

import json

import pytest

from app.catalog import vocabularies
from app.catalog.record import AiUse
from app.catalog.vocabularies import FOLDER


def test_every_table_is_described_where_it_lies() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in FOLDER.glob("*.json") if f"`{path.name}`" not in readme] == []


def test_groups_are_found_by_code_and_name() -> None:
    for group in vocabularies.groups().concepts.values():
        assert [vocabularies.group_of(words) for words in (group.code, group.title.ja, group.title.en)] == [
            group.code
        ] * 3


def test_there_are_fourteen_groups_and_the_last_has_no_theme() -> None:
    codes = [f"c{number:03}" for number in range(1, 15)]
    assert list(vocabularies.groups().concepts) == codes
    themes = [vocabularies.group_theme(code) for code in codes]
    assert (themes[-1], set(themes[:-1]) - set(vocabularies.themes().concepts)) == ("", set())


def test_a_theme_of_several_groups_names_none() -> None:
    one, several = vocabularies.groups_of_themes(), ("EDUC", "SOCI", "ECON", "JUST")
    assert one["TRAN"] == "c013"
    assert not set(several) & set(one)


def test_every_use_by_machines_has_a_name_and_a_meaning() -> None:
    assert set(vocabularies.ai_uses().concepts) == {use.value for use in AiUse}
    for code in vocabularies.ai_uses().concepts:
        meaning = vocabularies.ai_use_meaning(code)
        assert meaning.ja
        assert meaning.en
        assert vocabularies.ai_use_of(code.upper()) == code


@pytest.mark.parametrize("words", ["", "perhaps", "c015", "分類"])
def test_words_of_no_table_are_none(words: str) -> None:
    assert (vocabularies.group_of(words), vocabularies.ai_use_of(words)) == ("", "")
    assert not vocabularies.ai_use_meaning(words)


@pytest.mark.parametrize(("code", "days"), [("DAILY", 1), ("WEEKLY", 7), ("IRREG", None), ("NEVER", None), ("", None)])
def test_frequencies_promise_days(code: str, days: float | None) -> None:
    assert vocabularies.days_of(code) == days


def test_every_standard_dataset_has_a_theme() -> None:
    known = vocabularies.standard_datasets().values()
    assert known
    assert {each.theme for each in known} <= set(vocabularies.themes().concepts)


def test_no_word_tells_both_the_time_of_rows_and_another_day() -> None:
    words = vocabularies.period_columns()
    assert not words.about_en & words.other_en
    assert not set(words.about_ja) & set(words.other_ja)


@pytest.mark.parametrize("table", ["themes", "groups", "ai-uses", "frequencies"])
def test_words_stand_once_in_a_table(table: str) -> None:
    entries = json.loads((FOLDER / f"{table}.json").read_text(encoding="utf-8"))["concepts"].values()
    words = [word.casefold() for entry in entries for word in (entry["ja"], *entry["words"])]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("words", "theme"), [("学校", "EDUC"), ("騒音", "ENVI"), ("選挙", "GOVE"), ("駐輪場", "TRAN"), ("占い", "")]
)
def test_themes_are_found_by_words(words: str, theme: str) -> None:
    assert vocabularies.theme_of(words) == theme
