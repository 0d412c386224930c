"""Why datasets were found, said of all that were found together."""

from __future__ import annotations

from functools import partial

import pytest

from app.search.analysis import understand
from app.search.answer import Reason, Where
from app.search.document import SearchDocument
from app.search.language import parse
from app.search.question import Meaning, Question, question_of
from app.search.why import reasons
from tests.searching import document


def asked(words: str) -> Question:
    return question_of(parse(words).tree, Meaning(understand, lambda _facet, _words: ()))


def of(title: str, **names: tuple[str, ...]) -> SearchDocument:
    return document("x", title, **names)


PAGE = (
    of("保育所の一覧"),
    of("施設", keywords=("保育所",)),
    of("別の施設", columns=("名前", "ﾎｲｸ\n保育所名")),
    of("丸の内一丁目", resources=("令和三年度の\0表", "二〇二一年の保育所")),
    of("何もない", values=("サーバー",)),
)


@pytest.mark.parametrize(
    "words", ["保育所", "保育所 一覧", "丸の内1丁目", "2021年", "ホイク", "サーバ 施設", "\0表", ""]
)
@pytest.mark.parametrize("is_strict", [True, False])
def test_the_reasons_of_a_dataset_do_not_depend_on_the_others(words: str, is_strict: bool) -> None:
    say = partial(reasons, question=asked(words), is_strict=is_strict)
    assert say(PAGE) == [say([each])[0] for each in PAGE]


def test_what_is_spelt_otherwise_is_named_as_the_dataset_spells_it() -> None:
    found = reasons(PAGE, asked("2021年"), is_strict=False)
    assert found[3] == (Reason(Where.RESOURCE, "2021年", "二〇二一年の保育所"),)


def test_a_name_of_several_lines_is_one_name() -> None:
    found = reasons(PAGE, asked("保育所"), is_strict=True)
    assert [each and each[0].where for each in found] == [(), Where.KEYWORD, Where.COLUMN, Where.RESOURCE, Where.VALUE]
    assert found[2] == (Reason(Where.COLUMN, "保育所", "ﾎｲｸ\n保育所名"),)
