"""Cursors: pages that join without gaps, and refusals of what is no place in these rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.kernel.errors import BadRequest
from app.query.binding import bound
from app.query.compiling import compiled
from app.query.cursor import cursor_after
from app.query.frame import Frame
from app.query.parameters import parameters_of, question_from, question_from_json
from app.query.question import Question
from tests.query_tables import population, table


def pages(frame: Frame, question: Question) -> Iterator[tuple[list[tuple[Any, ...]], str]]:
    with duckdb.connect(":memory:") as connection:
        while True:
            asked = bound(question, frame)
            made = compiled(asked, frame)
            rows = connection.execute(made.sql, list(made.parameters)).fetchall()
            width = len(made.columns)
            more = len(rows) > question.limit
            after = cursor_after(asked, frame, rows[question.limit - 1][width:]) if more else ""
            yield [row[:width] for row in rows[: question.limit]], after
            if not more:
                return
            question = question.model_copy(update={"after": after})


def code(frame: Frame, **args: str) -> str:
    with pytest.raises(BadRequest) as error:
        bound(question_from({name: [value] for name, value in args.items()}, frame), frame)
    assert error.value.report is not None
    return error.value.report.problems[0].code


def first_after(frame: Frame, **args: str) -> str:
    return next(pages(frame, question_from({name: [value] for name, value in args.items()}, frame)))[1]


@pytest.mark.parametrize("args", [{}, {"sort": "s"}, {"sort": "-s"}, {"distinct": "true"}, {"group": "s,n"}])
def test_long_texts_do_not_make_long_cursors(tmp_path: Path, args: dict[str, str]) -> None:
    rows = [(letter * 5000, number) for number, letter in enumerate("dbcae")]
    frame = table(tmp_path, {"s": "VARCHAR", "n": "BIGINT"}, rows)
    found = list(pages(frame, question_from({name: [value] for name, value in args.items()} | {"limit": ["2"]}, frame)))
    assert sorted(row for page, _ in found for row in page) == sorted(rows)
    assert len(found) == 3
    assert max(len(after) for _, after in found) < 4000


def test_a_cursor_of_another_question_is_refused(tmp_path: Path) -> None:
    frame = population(tmp_path)
    after = first_after(frame, limit="1")
    assert code(frame, after=after, 人口__gt="1") == "cursor-of-another-question"
    assert code(frame, after=after, sort="人口") == "cursor-of-another-question"


def test_a_cursor_of_another_version_is_refused(tmp_path: Path) -> None:
    frame = population(tmp_path)
    after = first_after(frame, limit="1")
    assert code(replace(frame, id="another"), after=after) == "cursor-of-another-version"


def test_a_cursor_goes_on_with_pages_of_another_length(tmp_path: Path) -> None:
    frame = population(tmp_path)
    after = first_after(frame, limit="1")
    question = question_from({"after": [after], "limit": ["50"]}, frame)
    assert [row[1] for row in next(pages(frame, question))[0]] == ["桜台", "みどり野"]


def test_a_cursor_of_json_goes_on_in_an_address(tmp_path: Path) -> None:
    frame = population(tmp_path)
    asked = question_from_json(b'{"where":{"and":[{"column":"\\u4eba\\u53e3","op":"gt","value":5}]},"limit":1}')
    after = next(pages(frame, asked))[1]
    following = asked.model_copy(update={"after": after})
    args = {name: [value] for name, value in parameters_of(following, frame.by_name)}
    assert [row[1] for row in next(pages(frame, question_from(args, frame)))[0]] == ["桜台"]


def forged(after: str, **changes: Any) -> str:
    content = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    for place, value in changes.items():
        content[int(place[1:])] = value
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "changes",
    [
        *({"_0": 2}, {"_3": -1}, {"_3": 2**70}, {"_3": True}, {"_3": 1.5}, {"_1": None}),
        *(
            {"_4": keys}
            for keys in ([], ["x", "1"], [1, 1], ["1", None, "2"], {"a": 1}, ["9" * 500, "1"], ["1_0", "1", "1"])
        ),
    ],
)
def test_a_forged_cursor_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    frame = population(tmp_path)
    after = first_after(frame, limit="1", sort="人口")
    assert code(frame, sort="人口", after=forged(after, **changes)) == "cursor-damaged"


@pytest.mark.parametrize("after", ["x", "!", "あ", "e30", "W10", "A" * 3999, "bnVsbA", "W1tbW1tbW1tbW11dXV1dXV1d"])
def test_what_is_no_cursor_is_refused(tmp_path: Path, after: str) -> None:
    assert code(population(tmp_path), after=after) == "cursor-damaged"


def test_a_forged_place_far_away_answers_nothing(tmp_path: Path) -> None:
    frame = population(tmp_path)
    after = forged(first_after(frame, limit="1"), _3=2**61, _4=None)
    assert next(pages(frame, question_from({"after": [after]}, frame))) == ([], "")
