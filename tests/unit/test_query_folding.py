"""Looking for a word is begun with a part that must be there, or is for what it is written as: neither loses a row."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.query.folding import certain_part, pattern_of, written_as
from app.query.predicates import worded


@pytest.mark.parametrize(
    ("word", "part"), [("東京都庁", "東京"), ("ﾄｳｷｮｳ駅", "駅"), ("図書館7", "図"), ("abc", ""), ("株", ""), ("7", "")]
)
def test_only_letters_that_are_written_in_one_way_are_certain(word: str, part: str) -> None:
    assert certain_part(word) == part


@pytest.mark.parametrize("word", ["東京都庁", "(株)東京", "トウキョウ駅", "図書館7", "㈱", "駅"])
def test_a_certain_part_leaves_nothing_out(word: str) -> None:
    texts = [
        "東京都庁",
        "㈱東京",
        "(株)東京",
        "（株）東京",
        "ﾄｳｷｮｳ駅",
        "トウキョウ駅",
        "図書館７",
        "図書館⑦",
        "駅",
        "",
        None,
    ]
    condition = worded({"x": None}, word)
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE texts AS SELECT unnest(?) AS x", [texts])
        found = engine.execute(f"SELECT x FROM texts WHERE {condition.text}", condition.values).fetchall()
        plain = engine.execute("SELECT x FROM texts WHERE regexp_matches(x, ?)", [pattern_of(word)]).fetchall()
    assert found == plain
    assert found


# Letters that fold to others or to several, marks that make others of them, and some that do nothing.
LETTERS = "aAａbﬁfiガｶﾞかが\u3099\uff9e㈱(株)（）①1１½⁄2図書館Ω\u2126\u03c9 x"


@pytest.mark.parametrize(
    ("word", "letters", "written"),
    [
        ("図書館7", "図書館7", ("図書館7",)),
        ("図書館7", "図書館７0", ("図書館７",)),
        ("図書館7", "0123456789", ()),
        ("ガス", "ガスｶﾞ", None),
        ("ガス", "ガス", ("ガス",)),
        ("abcdefgh", "abcdefghABCDEFGH", None),
    ],
)
def test_a_word_is_written_in_few_ways_where_the_letters_are_known(
    word: str, letters: str, written: tuple[str, ...] | None
) -> None:
    assert written_as(word, letters) == written


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    word=st.text(st.sampled_from(LETTERS), min_size=1, max_size=4).filter(str.strip),
    texts=st.lists(st.text(st.sampled_from(LETTERS), max_size=5), max_size=5),
)
def test_what_a_word_is_written_as_finds_what_its_pattern_does(
    engine: duckdb.DuckDBPyConnection, word: str, texts: list[str]
) -> None:
    engine.execute("CREATE OR REPLACE TABLE texts AS SELECT unnest(CAST(? AS VARCHAR[])) AS x", [[*texts, None]])
    found = [_found(engine, word, letters) for letters in (None, "".join(sorted(set("".join(texts)))))]
    assert found[0] == found[1]


def _found(engine: duckdb.DuckDBPyConnection, word: str, letters: str | None) -> list[tuple[str]]:
    condition = worded({"x": letters}, word)
    return engine.execute(f"SELECT x FROM texts WHERE {condition.text}", condition.values).fetchall()


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection
