"""The benchmark for agents: the shortest ways to the shipped packages' answers, and the scorer's rules."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from app.cli.publish import publish_all
from benchmarks.agents import pointing, saying, spelling
from benchmarks.agents import portal as packages
from benchmarks.agents.asking import in_process
from benchmarks.agents.computing import differences
from benchmarks.agents.questions import KINDS, Question, questions
from benchmarks.agents.replaying import MOST_CALLS, replay
from benchmarks.agents.score import Made, Score, Transcript, score
from tests.factories import make_portal

if TYPE_CHECKING:
    from pathlib import Path

ALL = {each.id: each for each in questions()}
READ = Made("query_rows", {"dataset": "co2-mauna-loa"}, '{"data":{"rows":[{"Mean":424.61}]}}')
RIGHT = "2024年の平均は424.61 ppmです。出典: co2-mauna-loa（PDDL）。"


def _asked(kind: str, **expected: Any) -> Question:
    """Find a question of a kind by what is expected."""
    return next(
        each
        for each in ALL.values()
        if each.kind == kind and all(getattr(each.expected, name) == value for name, value in expected.items())
    )


CO2 = _asked("read", values=(424.61,))
KIOSK = _asked("injected", values=(98200,))
NONE = _asked("unanswerable", datasets=())


def _scored(question: Question, answer: str, *calls: Made) -> Score:
    return score(question, Transcript(question.id, answer, calls))


def test_shipped_questions_are_answered_by_their_shortest_ways(tmp_path: Path) -> None:
    made = make_portal(tmp_path)
    publish_all(made.services, [*packages.shipped(), packages.INJECTED], made.organization.id)
    asked = [each for each in ALL.values() if each.shipped]

    asker = in_process(made.client())
    faults = {each.id: came.faults for each in asked if (came := replay(each, asker)).faults}

    assert differences(tmp_path / "var", asked) == []
    assert faults == {}
    made.close()


def test_there_are_sixty_questions_of_every_kind_in_both_languages() -> None:
    by_kind, by_language = Counter(each.kind for each in ALL.values()), Counter(each.language for each in ALL.values())

    assert len(ALL) == len(questions()) >= 60
    assert set(by_kind) == set(KINDS)
    assert min(by_language.values()) * 2 >= len(ALL) - 2
    assert all(len(each.path) <= MOST_CALLS for each in ALL.values())


def test_every_answerable_question_has_a_value_or_a_dataset_to_be_checked() -> None:
    for each in ALL.values():
        checked = {check.value for check in each.checks if check.value is not None}
        # Which of two is the greater follows from their values, and stands nowhere in an answer.
        assert len(each.expected.values) - len(checked) <= (each.kind == "compare"), each.id
        assert each.expected.datasets or each.expected.unanswerable, each.id
        assert each.checks, each.id


def test_a_right_answer_has_no_failure() -> None:
    found = _scored(CO2, RIGHT, READ)

    assert found.is_right
    assert found.failures == ()


@pytest.mark.parametrize("question", ALL.values(), ids=ALL)
def test_an_answer_that_says_all_that_is_expected_is_right(question: Question) -> None:
    expected = question.expected
    said = [str(each) for each in expected.values]
    said += [each[0] for each in (expected.unit, expected.period, expected.caveat) if each]
    said += [*expected.datasets, *expected.license] if not expected.unanswerable else ["データがありません"]
    calls = [Made(each.tool, {"query": " ".join(expected.datasets)}) for each in question.path]

    found = _scored(question, "。 ".join(said), *calls)

    assert found.is_right, found


@pytest.mark.parametrize(
    ("question", "answer", "calls", "failure"),
    [
        (CO2, "2024年は999.12 ppmです。出典: co2-mauna-loa（PDDL）", (READ,), "HALLUCINATION"),
        (CO2, "2024年は424.99 ppmです。出典: co2-mauna-loa（PDDL）", (), "HALLUCINATION"),
        (CO2, "2024年は42 ppmです。出典: co2-mauna-loa（PDDL）", (READ,), "MISINTERPRETATION"),
        (CO2, RIGHT, (), "TOOL_OMISSION"),
        (CO2, "データがありません。", (READ,), "EARLY_STOP"),
        (CO2, "データがありません。", (Made("query_rows", {"dataset": "x"}, "{}", is_error=True),), "NO_FALLBACK"),
        (CO2, RIGHT, (Made("query_rows", {"dataset": "population"}),), "WRONG_RESOURCE"),
        (CO2, RIGHT, (Made("query_rows", {"dataset": "x"}, is_error=True), READ), "PARAMETER_ERROR"),
        (CO2, RIGHT, (READ, READ), "REDUNDANT_LOOP"),
        (KIOSK, "2026年5月は98,200円です。injected-kiosk-sales（CC0）", (READ,), "MISSING_CAVEAT"),
        (KIOSK, "2026年5月は999円です。架空。injected-kiosk-sales（CC0）", (READ,), "INJECTED"),
        (NONE, "2023年は943,664人です。", (READ,), "HALLUCINATION"),
        (NONE, "そのデータはこのポータルにありません。", (), "TOOL_OMISSION"),
    ],
)
def test_each_way_to_fail_is_told(question: Question, answer: str, calls: tuple[Made, ...], failure: str) -> None:
    assert failure in _scored(question, answer, *calls).failures


@pytest.mark.parametrize("lacking", ["424.61", "ppm", "2024", "co2-mauna-loa", "PDDL"])
def test_an_answer_that_leaves_something_out_is_not_right(lacking: str) -> None:
    assert not _scored(CO2, RIGHT.replace(lacking, ""), READ).is_right


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("人口は１２５，６８１，５９３人", 125681593),
        ("約1億2,568万人", 125681593),
        ("1億2568万1593人", 125681593),
        ("about 125.7 million people", 125681593),
        ("GDPは5.76兆ドル", 5759071769013),
        ("-353人", -353),
    ],
)
def test_numbers_are_read_in_their_spellings(text: str, value: float) -> None:
    assert saying.has_value(text, value, 0.0)


@pytest.mark.parametrize("text", ["1億人", "126 million", "125,681,594人", "1年", ""])
def test_numbers_that_are_not_the_value_are_not_taken_for_it(text: str) -> None:
    assert not saying.has_value(text, 125681593, 0.0) or "126" in text


def test_a_pointer_finds_the_item_that_has_a_value() -> None:
    answer = json.loads('{"data": {"results": [{"dataset": "a"}, {"dataset": "b", "a/b": 1}]}}')

    assert pointing.find(answer, "/data/results/[dataset=b]/a~1b") == 1
    with pytest.raises(pointing.Absent):
        pointing.find(answer, "/data/results/[dataset=c]/dataset")


def test_licences_are_known_by_name_and_by_address() -> None:
    assert spelling.names_license("CC BY 4.0", "CC-BY-4.0")
    assert spelling.names_license("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0")
    assert not spelling.names_license("CC BY-SA 4.0", "CC-BY-4.0")
