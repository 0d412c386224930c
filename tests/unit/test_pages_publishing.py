"""The publisher's pages: what the boxes of a submission mean, and who may decide what."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.kernel.actor import SYSTEM, Role
from app.kernel.report import Problem, Report, Severity
from app.kernel.text import Text
from app.publishing.examination import Examination, Examined, Example, Proposal, ShownColumn, ShownRow
from app.publishing.repair.choices import Choice, Choices
from app.publishing.submission import Details, Repairs, Submission, SubmissionState
from app.web.pages import examined
from app.web.pages.examined import TableView, choices, jumps, settled, views, visible
from tests.factories import Portal

MESSY = "名称,開始日,定員\n中央公園,令和7年4月1日,３０\n北公園,2025/5/2,40\n南公園,令和7年6月3日,５０\n".encode()


def _proposal(rule: str, column: str, applied: str, *, more: int = 0) -> Proposal:
    """Make a proposal with a word for each sign: "+" is applied, "-" is not; `more` words without an example are."""
    examples = tuple(Example(f"語{n}", f"word{n}", 1, n + 2, sign == "+") for n, sign in enumerate(applied))
    count = len(applied) + more
    return Proposal(rule, column, count, applied.count("+") + more, count, examples)


def _tables(*proposals: Proposal) -> tuple[TableView, ...]:
    return views(Examination((Examined("parks", "parks.csv", 9, 9, 0, proposals=proposals),)), Report())


def _ticked(tables: tuple[TableView, ...]) -> set[str]:
    repairs = [repair for table in tables for card in table.cards for repair in card.repairs]
    words = {word.box for repair in repairs for word in repair.words if word.box and word.example.applied}
    return words | {repair.box for repair in repairs if repair.on}


def test_a_page_sent_back_untouched_changes_no_choice() -> None:
    tables = _tables(_proposal("date-iso", "開始日", "+-"), _proposal("number-plain", "定員", "--"))
    before = (Choice("date-iso", apply=False, resource="parks", column="開始日", before="語1"),)

    assert choices(tables, before, _ticked(tables), exact=False) == before


def test_only_the_box_that_was_changed_becomes_a_choice() -> None:
    tables = _tables(_proposal("date-iso", "開始日", "+"), _proposal("number-plain", "定員", "+"))

    made = choices(tables, (), _ticked(tables) - {"0.0.0"}, exact=False)

    assert made == (Choice("date-iso", apply=False, resource="parks", column="開始日"),)


def test_without_a_script_words_nobody_touched_follow_their_column() -> None:
    tables = _tables(_proposal("date-iso", "開始日", "++"))

    made = Choices(choices(tables, (), _ticked(tables) - {"0.0.0"}, exact=False))

    assert not made.applies("date-iso", "開始日", "語0")


def test_with_a_script_a_word_may_stay_on_while_its_column_goes_off() -> None:
    tables = _tables(_proposal("date-iso", "開始日", "++"))

    made = Choices(choices(tables, (), {"0.0.0.1"}, exact=True))

    assert not made.applies("date-iso", "開始日", "語0")
    assert made.applies("date-iso", "開始日", "語1")


def test_a_word_can_be_left_as_it_is() -> None:
    tables = _tables(_proposal("date-iso", "開始日", "++"))

    made = choices(tables, (), _ticked(tables) - {"0.0.0.1"}, exact=False)

    assert made == (Choice("date-iso", apply=False, resource="parks", column="開始日", before="語1"),)


def test_a_column_overrules_what_was_once_chosen_for_its_words() -> None:
    tables = _tables(_proposal("date-iso", "開始日", "--"))
    before = (Choice("date-iso", apply=False, resource="parks", column="開始日", before="語1"),)

    made = Choices(choices(tables, before, {"0.0.0"}, exact=False))

    assert made.applies("date-iso", "開始日", "語1")


def test_all_of_a_rule_is_chosen_without_the_other_rules() -> None:
    tables = _tables(
        _proposal("date-iso", "開始日", "+"),
        _proposal("number-plain", "定員", "+"),
        _proposal("date-iso", "終了日", "+"),
    )

    made = settled(tables, (), "0.0", on=False)

    assert {(each.rule, each.column, each.apply) for each in made} == {
        ("date-iso", "開始日", False),
        ("date-iso", "終了日", False),
    }


def test_a_column_is_on_while_words_without_a_box_are_repaired() -> None:
    (table,) = _tables(_proposal("date-iso", "開始日", "---", more=3))

    assert table.cards[0].repairs[0].on


def test_boxes_and_grids_are_bounded() -> None:
    wide = tuple(ShownRow(line, ("x",) * 300) for line in range(200))
    proposals = tuple(_proposal("date-iso", str(column), "+" * 50) for column in range(100))
    table = Examined("t", "t.csv", 200, 200, 0, proposals=proposals, shown=wide)

    tables = views(Examination((table, table)), Report())

    assert len(_ticked(tables)) <= examined.SHOWN_WORDS + 2 * len(proposals)
    assert not any(each.drawn for each in tables)
    assert views(Examination((table, table)), Report(), 1)[0].drawn


def test_a_problem_leads_to_its_cell() -> None:
    columns = (ShownColumn("名称", "string"), ShownColumn("開始日", "date"))
    table = Examined("parks", "parks.csv", 1, 1, 0, columns, shown=(ShownRow(7, ("中央公園", "昭和70年")),))
    wrong = Problem("type-error", Text("x"), Text("y"), resource="parks", row=7, column="開始日")
    elsewhere = Problem("type-error", Text("x"), Text("y"), resource="other", row=7, column="開始日")
    tables = views(Examination((table,)), Report((wrong, elsewhere), valid=False))

    assert jumps(tables)(wrong) == "#cell-0-7-1"
    assert jumps(tables)(elsewhere) is None
    assert tables[0].faults == {(7, 1): Severity.ERROR}


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("\u202eabc", "U+202E"),
        ("a\nb", "↵"),
        (" a", "␣"),
        ("a\u3000", "□"),
        ("a\u200bb", "U+200B"),
        ("<b>", "&lt;b&gt;"),
        ("\x00", "U+0000"),
    ],
)
def test_nothing_in_a_strangers_words_hides(words: str, shown: str) -> None:
    written = str(visible(words))

    assert shown in written
    assert not re.search("[\u202e\u200b\x00\n]|<b>", written)


def _checked(portal: Portal, content: bytes = MESSY) -> Submission:
    found = portal.submit(content, file_name="parks.csv", details=Details(title="公園", repairs=Repairs.SHOW))
    assert found.state is SubmissionState.CHECKED, found.report
    return found


def _boxes(page: str) -> dict[str, bool]:
    found = re.findall(r'<input type="checkbox" form="decision" name="apply" value="([\d.]+)"( checked)?>', page)
    return {box: bool(checked) for box, checked in found}


def _send(client: FlaskClient, found: Submission, boxes: dict[str, bool], go: str, **more: str) -> TestResponse:
    ticked = [box for box, on in boxes.items() if on]
    data = {"revision": str(found.revision), "apply": ticked, "go": go} | more
    return client.post(f"/submission/{found.id}/choices", data=data)


def _now(portal: Portal, found: Submission) -> Submission:
    portal.work()
    return portal.services.publishing.get(SYSTEM, found.id)


def test_a_checked_submission_is_published_with_the_boxes_as_they_stand(portal: Portal) -> None:
    found, client = _checked(portal), portal.signed_in(Role.PUBLISHER)
    boxes = _boxes(client.get(f"/submission/{found.id}").text)

    answer = _send(client, found, boxes, "publish")

    assert boxes
    assert answer.status_code == 303
    assert _now(portal, found).state is SubmissionState.PUBLISHED


def test_a_repair_that_is_not_ticked_is_not_made(portal: Portal) -> None:
    found, client = _checked(portal), portal.signed_in(Role.PUBLISHER)
    boxes = _boxes(client.get(f"/submission/{found.id}").text)

    _send(client, found, dict.fromkeys(boxes, False), "check")

    again = _now(portal, found)
    assert again.examination.tables[0].proposals
    assert not any(each.applied for table in again.examination.tables for each in table.proposals)


def test_everything_is_set_aside_by_one_button_without_a_script(portal: Portal) -> None:
    found, client = _checked(portal), portal.signed_in(Role.PUBLISHER)
    boxes = _boxes(client.get(f"/submission/{found.id}").text)

    _send(client, found, boxes, "", off="0")

    again = _now(portal, found)
    assert again.state is SubmissionState.CHECKED
    assert not any(each.applied for table in again.examination.tables for each in table.proposals)


def test_boxes_of_an_older_check_are_refused(portal: Portal) -> None:
    found, client = _checked(portal), portal.signed_in(Role.PUBLISHER)
    boxes = _boxes(client.get(f"/submission/{found.id}").text)
    _send(client, found, boxes, "check")
    portal.work()

    answer = _send(client, found, boxes, "publish")

    assert answer.status_code == 409
    assert _now(portal, found).state is SubmissionState.CHECKED


def test_what_is_given_up_offers_no_decision_any_more(portal: Portal) -> None:
    found, client = _checked(portal), portal.signed_in(Role.EDITOR)

    _send(client, found, {}, "abandon")

    assert _now(portal, found).state is SubmissionState.ABANDONED
    assert 'id="decision"' not in client.get(f"/submission/{found.id}").text


def test_an_editor_sends_for_review_and_a_publisher_decides(portal: Portal) -> None:
    found, editor, publisher = _checked(portal), portal.signed_in(Role.EDITOR), portal.signed_in(Role.PUBLISHER)
    boxes = _boxes(editor.get(f"/submission/{found.id}").text)
    _send(editor, found, boxes, "publish")
    waiting = _now(portal, found)
    assert waiting.state is SubmissionState.IN_REVIEW

    assert 'value="approve"' not in editor.get(f"/submission/{found.id}").text
    decision = {"decision": "decline", "reason": "単位を確かめてください", "revision": str(waiting.revision)}
    publisher.post(f"/submission/{found.id}/decision", data=decision)

    assert "単位を確かめてください" in editor.get(f"/submission/{found.id}").text


def test_an_administrator_sets_what_is_repaired_by_default(portal: Portal) -> None:
    data = {"repairs": "none", "rule": ["date-iso", "coordinates-swapped"]}

    answer = portal.signed_in(Role.ADMIN).post("/organization/soumu/repairs", data=data)

    own = portal.services.organizations.get("soumu")
    assert answer.status_code == 303
    assert own.repairs == "none"
    assert own.repair_defaults["coordinates-swapped"]
    assert not own.repair_defaults["kana-width"]
    assert "date-iso" not in own.repair_defaults


def test_an_editor_sets_no_defaults(portal: Portal) -> None:
    answer = portal.signed_in(Role.EDITOR).post("/organization/soumu/repairs", data={"repairs": "none"})

    assert answer.status_code == 403


def test_the_audit_record_shows_an_administrator_their_own_organization_only(portal: Portal) -> None:
    other = portal.other_organization()
    portal.submit(b"a,b\n1,2\n", file_name="a.csv", organization=other)

    page = portal.signed_in(Role.ADMIN).get("/audit")

    assert page.status_code == 200
    assert "submission.receive" not in page.text
    assert portal.signed_in(Role.ADMIN).get("/audit?organization=other").status_code == 404


def test_the_audit_record_is_not_for_editors(portal: Portal) -> None:
    assert portal.signed_in(Role.EDITOR).get("/audit").status_code == 403
