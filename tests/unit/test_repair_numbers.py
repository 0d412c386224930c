"""Numbers in plain digits: what is certainly one number, and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.publishing.forms import coordinates, numbers
from app.publishing.forms.coordinates import LATITUDE, LONGITUDE
from app.publishing.repair.coordinates import swapped

WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


@given(st.integers(-(10**17), 10**17), st.integers(0, 999))
def test_a_number_is_the_same_number_however_it_is_written(whole: int, thousandths: int) -> None:
    value = f"{whole:,}.{thousandths:03}"
    form = numbers.numbers("number", unit="円")

    read = [form.read(way) for way in (value, value.translate(WIDE), f" {value} 円", value.replace("-", "−"))]

    assert {each and Decimal(each.after) for each in read} == {Decimal(value.replace(",", ""))}


@given(st.text(alphabet="0123456789０１,.，．-−△▲+ 円人%¥", max_size=20))
def test_what_is_repaired_is_clean_and_stays(word: str) -> None:
    for form in (
        numbers.numbers("integer", unit="円"),
        numbers.numbers("number"),
        coordinates.coordinates(LATITUDE, []),
    ):
        read = form.read(word)
        if read is not None:
            assert form.read(read.after) == (read.after, "")


@pytest.mark.parametrize(
    ("word", "digits", "rule"),
    [
        ("１，２３４", "1234", "number-plain"),
        ("−5", "-5", "number-plain"),
        ("△1,000", "-1000", "number-sign"),
        ("△1,000円", "-1000", "number-sign"),
        ("120円", "120", "unit-moved"),
        ("￥1,200", "1200", "unit-moved"),
        (" 35 ", "35", "number-plain"),
    ],
)
def test_a_number_is_read_with_the_rule_that_may_be_refused(word: str, digits: str, rule: str) -> None:
    found = numbers.written(word)

    assert found is not None
    assert (found.digits, found.rule) == (digits, rule)


@pytest.mark.parametrize(
    "word", ["12,34", "1,2345", "007", "1億2千万", "10²", "①", "３階", "1 2", "1.2.3", "٣", "", "-"]
)
def test_what_may_mean_something_else_is_no_number(word: str) -> None:
    assert numbers.written(word) is None


def test_a_column_has_one_unit() -> None:
    form = numbers.numbers("integer", unit="円")

    assert form.read("120円") == ("120", "unit-moved")
    assert form.read("120") == ("120", "")
    assert form.read("120人") is None


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("35度41分22.4秒", "35.689556"),
        ("35°41'22.4\"", "35.689556"),
        ("北緯３５度４１分２２．４秒", "35.689556"),
        ("354122.4", "35.689556"),
        ("N35.5", "35.5"),
        ("35.5", "35.5"),
        ("東経35度41分", None),
        ("95度0分0秒", None),
        ("35度61分", None),
        ("354199", None),
        ("不明", None),
    ],
)
def test_latitudes_become_decimal_degrees(word: str, after: str | None) -> None:
    read = coordinates.coordinates(LATITUDE, [word]).read(word)

    assert (read and read.after) == after


def test_a_place_outside_japan_is_flagged_among_places_in_japan_only() -> None:
    at_home = coordinates.coordinates(LONGITUDE, ["139.7", "135.5", "35.6"])
    abroad = coordinates.coordinates(LONGITUDE, ["2.35", "13.4"])

    assert at_home.flag("35.6") == "coordinate-outside-japan"
    assert at_home.flag("139.7") is None
    assert abroad.flag("2.35") is None


def test_a_pair_is_swapped_only_if_it_is_in_japan_when_turned() -> None:
    assert swapped("139.7", "35.6")
    assert not swapped("35.6", "139.7")
    assert not swapped("2.35", "48.8")
    assert not swapped("", "139.7")
