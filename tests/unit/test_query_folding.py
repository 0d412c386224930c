"""Looking for a word is begun with a part that must be there, which may never lose a row."""

from __future__ import annotations

import duckdb
import pytest

from app.query.folding import certain_part, pattern_of
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
    condition = worded(["x"], word)
    with duckdb.connect() as engine:
        engine.execute("CREATE TABLE texts AS SELECT unnest(?) AS x", [texts])
        found = engine.execute(f"SELECT x FROM texts WHERE {condition.text}", condition.values).fetchall()
        plain = engine.execute("SELECT x FROM texts WHERE regexp_matches(x, ?)", [pattern_of(word)]).fetchall()
    assert found == plain
    assert found
