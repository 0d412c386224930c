"""How a column is treated as a whole: declared types stand, text is only trimmed, and nothing is guessed."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishing.forms.addresses import split_address
from app.publishing.treatment import Treatment, treat

COLUMNS: dict[str, tuple[str, ...]] = {
    "金額": ("1,200円", "300円", "－"),
    "調査年月日": ("令和8年4月1日", "2026/4/2"),
    "電話番号": ("(076)225-1111",),
    "市町村コード": ("13101",),
    "緯度": ("35度41分",),
    "町名": (" 東町", "西町"),
    "カナ": ("ｶﾅｻﾞﾜ",),
    "開始時間": ("9:00",),
}


def treated(name: str, *words: str, field: dict[str, Any] | None = None) -> Treatment:
    return treat(name, [(word, 1) for word in words], field)


@pytest.mark.parametrize("name", COLUMNS)
@given(word=st.text(alphabet="0123456789０１,-－/.年月日令和円度分()（）: ｱｶアカ町　", max_size=16))
def test_every_repaired_word_is_clean_and_repaired_once(name: str, word: str) -> None:
    treatment = treated(name, *COLUMNS[name])

    for each in (*COLUMNS[name], word):
        found = treatment.repair(each)
        if found is not None and found.rule:
            assert found.after != each
            assert treatment.repair(found.after) == (found.after, "")
            assert found.rule == "space-trimmed" or re.fullmatch(treatment.clean, found.after)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_clean_word_needs_no_repair(name: str) -> None:
    treatment = treated(name, *COLUMNS[name])

    for word in ("", "2026-04-01", "12", "東町", "カナ", "131016", "09:00", "076-225-1111"):
        if re.fullmatch(treatment.clean, word):
            assert treatment.repair(word) == (word, "")


def test_text_is_trimmed_and_otherwise_left_alone() -> None:
    treatment = treated("町名", "東町①　", "ﾆｼ町", "みなみ")

    assert treatment.repair("\u3000東町①ﾆｼ ") == ("東町①ﾆｼ", "space-trimmed")
    assert treatment.repair("東町 ①") == ("東町 ①", "")


def test_words_for_nothing_stay_and_count_as_clean() -> None:
    treatment = treated("人口", "12", "－")

    assert (treatment.type, treatment.null_words) == ("integer", ("－",))
    assert treatment.repair("－") == ("－", "")
    assert re.fullmatch(treatment.clean, "－")
    assert treatment.repair("…") is None


def test_a_declared_type_stands_and_words_are_brought_to_it() -> None:
    treatment = treated("x", "１２", "abc", field={"name": "x", "type": "integer"})

    assert treatment.type == "integer"
    assert treatment.repair("１２") == ("12", "number-plain")
    assert treatment.repair("007") == ("007", "")
    assert treatment.repair("abc") is None


def test_a_declared_time_is_written_with_seconds() -> None:
    treatment = treated("開始時間", "9:00", field={"name": "t", "type": "time"})

    assert (treatment.format, treatment.repair("9:00")) == ("", ("09:00:00", "time-iso"))


@pytest.mark.parametrize(
    "field",
    [
        {"type": "date", "format": "%d/%m/%Y"},
        {"type": "number", "groupChar": ","},
        {"type": "any"},
        {"type": "geojson"},
    ],
)
def test_a_field_with_rules_of_its_own_is_not_touched(field: dict[str, Any]) -> None:
    treatment = treated("値", "01/02/2026", "1,234", " x", field=field)

    assert [treatment.repair(word) for word in ("1,234", " x")] == [("1,234", ""), (" x", "")]
    assert re.fullmatch(treatment.clean, " x\n")


def test_text_with_a_declared_pattern_is_only_trimmed() -> None:
    field = {"type": "string", "constraints": {"pattern": "[0-9]{3}-[0-9]{4}"}}

    assert treated("郵便番号", "100-0001", field=field).repair("100-0001 ") == ("100-0001", "space-trimmed")


def test_declared_words_for_nothing_are_no_values() -> None:
    field = {"type": "string", "missingValues": [{"value": "欠", "label": "欠測"}]}

    assert treated("郵便番号", "100-0001", "欠", field=field).meaning == "postal-code"


def test_an_impossible_date_keeps_its_column_text_and_is_flagged() -> None:
    days = [f"昭和50年4月{day}日" for day in range(1, 31)]
    treatment = treated("設置日", *days, "昭和65年1月1日")

    assert treatment.type == "string"
    assert treatment.almost == ("date", ("昭和65年1月1日",))
    assert treatment.flag("昭和65年1月1日") == "impossible-era"
    assert treatment.repair(days[0]) == (days[0], "")


@pytest.mark.parametrize("letters", ["1", "1,", "令和", "ｶ", " ", "a.", "(", "1 -", "度", "〒", "市", "丁目", "〜"])
@pytest.mark.parametrize("name", COLUMNS)
def test_a_hostile_word_takes_linear_time(name: str, letters: str) -> None:
    treatment = treated(name, *COLUMNS[name])
    word = letters * 300_000
    started = time.process_time()

    treatment.repair(word)
    treatment.flag(word)
    treated(name, word)
    split_address(word)

    assert time.process_time() - started < 2


def test_a_rule_that_is_off_repairs_nothing() -> None:
    treatment = treat("町名", [(" 東町", 1)], off={"space-trimmed"})

    assert treatment.repair(" 東町") is None
