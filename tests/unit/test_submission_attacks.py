"""What nobody may do with a submission, and what must not break it: strangers, half letters, heavy decisions."""

from __future__ import annotations

import re

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app import audit
from app.infra.migrate import migrate
from app.kernel.actor import ANONYMOUS, SYSTEM, Role
from app.kernel.errors import Denied
from app.kernel.report import Report
from app.publishing.comparing import EXAMPLES
from app.publishing.examination import (
    ChangedRow,
    Comparison,
    Examination,
    Examined,
    Example,
    PersonalData,
    Proposal,
    ShownColumn,
)
from app.publishing.progress import DONE, STEPS
from app.publishing.records import EXAMINATION_BYTES, examination_of, stored
from app.publishing.repair.choices import Choice
from app.publishing.submission import Details, Go, Repairs, Submission
from app.web.pages.examined import SHOWN_REPAIRS, around, choices, settled, views
from tests.factories import CSV, Portal, package

MORE = CSV + "131032,港区,260486\n"
MOST = MORE + "131041,新宿区,349385\n"
DIRTY = "コード,名称,人口\n131016,千代田区 ,66680\n"
SHOW = Details(repairs=Repairs.SHOW)


def checked(portal: Portal) -> Submission:
    found = portal.submit(package({"population.csv": DIRTY}), details=SHOW)
    assert found.state == "checked", found.report
    return found


def of_persons(portal: Portal) -> Submission:
    phones = "氏名,携帯電話\n山田太郎,090-1234-5678\n鈴木花子,080-2345-6789\n佐藤一郎,070-3456-7890\n"
    details = Details(title="名簿", license="CC-BY-4.0", repairs=Repairs.APPLY)
    found = portal.submit(phones.encode(), file_name="phones.csv", details=details)
    assert (found.state, bool(found.holds)) == ("in_review", True)
    return found


def sender(portal: Portal, who: str) -> FlaskClient:
    match who:
        case "nobody":
            return portal.client()
        case "viewer":
            return portal.signed_in(Role.VIEWER)
    return portal.signed_in(Role.ADMIN, organization=portal.other_organization())


@pytest.mark.parametrize("who", ["nobody", "viewer", "another organization's administrator"])
@pytest.mark.parametrize("act", ["approve", "decline", "abandon", "decision"])
def test_strangers_learn_and_change_nothing(portal: Portal, who: str, act: str) -> None:
    found = checked(portal)
    client = sender(portal, who)

    address = f"/api/v1/submissions/{found.id}"
    answers = [
        client.get(address),
        client.get(f"/submission/{found.id}", headers={"Accept": "text/html"}),
        client.post(f"{address}/{act}", json={"go": "publish", "revision": found.revision, "reason": "わたしの"}),
    ]
    assert {answer.status_code for answer in answers} <= {302, 401, 403, 404}
    assert not any("千代田区" in answer.text for answer in answers)
    assert portal.services.publishing.get(SYSTEM, found.id).state == "checked"


@pytest.mark.parametrize("scope", ["read", "submit"])
def test_a_token_does_no_more_than_its_scope(portal: Portal, scope: str) -> None:
    waiting = portal.submit(actor=portal.person(Role.EDITOR))
    token = portal.token(Role.ADMIN, scopes=(scope,))

    answer = portal.client().post(f"/api/v1/submissions/{waiting.id}/approve", json={}, headers=token)
    assert answer.status_code == 403


def test_a_submission_of_a_token_that_may_only_submit_goes_to_review(portal: Portal) -> None:
    found = checked(portal)
    token = portal.token(Role.PUBLISHER, scopes=("submit",))

    portal.client().post(f"/api/v1/submissions/{found.id}/decision", json={"go": "publish"}, headers=token)
    portal.work()
    assert portal.services.publishing.get(SYSTEM, found.id).state == "in_review"


def test_another_sites_form_decides_nothing(portal: Portal) -> None:
    found = checked(portal)
    client = portal.signed_in(Role.PUBLISHER)

    form = {"go": "publish", "revision": str(found.revision)}
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/submission/{found.id}/choices", data=form, headers=headers).status_code == 403


@pytest.mark.parametrize("place", ["resource", "column", "before"])
def test_half_letters_in_a_choice_are_no_fault_of_ours(portal: Portal, place: str) -> None:
    found = checked(portal)
    chosen = '"rule":"space-trimmed","apply":false,' + f'"{place}":"\\ud800\\u0000"'
    body = '{"go":"check","choices":[{' + chosen + "}]}"

    answer = portal.client().post(
        f"/api/v1/submissions/{found.id}/decision",
        data=body,
        content_type="application/json",
        headers=portal.token(Role.PUBLISHER),
    )
    assert answer.status_code == 400


def test_a_decision_of_thousands_of_choices_is_short_in_the_audit_record(portal: Portal) -> None:
    found = checked(portal)
    many = tuple(
        Choice("space-trimmed", apply=False, resource="population", column=f"列{number}") for number in range(2000)
    )
    portal.services.publishing.decide(SYSTEM, found.id, choices=many, go=Go.CHECK)

    with portal.services.database.read() as session:
        act = audit.acts(session, organization_ids=None, offset=0, limit=1).items[0]
    assert act.action == "submission.decide"
    assert len(act.detail["choices"]) <= 100
    assert act.detail["count"] == 2000


def test_a_newer_upload_is_published_after_an_older_one_that_was_decided_later(portal: Portal) -> None:
    publishing = portal.services.publishing
    older = portal.submit(package({"population.csv": MORE}), details=SHOW)
    newer = portal.submit(package({"population.csv": MOST}), actor=portal.person(Role.EDITOR))
    publishing.decide(SYSTEM, older.id, choices=(), go=Go.PUBLISH)
    portal.work()
    assert publishing.get(SYSTEM, older.id).state == "published"

    publishing.approve(SYSTEM, newer.id)
    assert publishing.get(SYSTEM, newer.id).state == "published"
    record = portal.services.catalog.get(ANONYMOUS, "ward-population")
    assert record.resources[0].table is not None
    assert record.resources[0].table.rows == 4


def test_what_can_still_be_decided_keeps_its_bytes_where_the_reader_fails_later(portal: Portal) -> None:
    found = checked(portal)
    publishing = portal.services.publishing
    publishing.decide(SYSTEM, found.id, choices=(), go=Go.CHECK)
    publishing._start(found.id)
    publishing.give_up(found.id)

    after = publishing.get(SYSTEM, found.id)
    assert (after.state, after.decidable) == ("refused", True)
    [blob] = portal.services.store.hashes()
    assert blob in publishing.file_hashes()


def test_governors_see_what_is_held_everywhere_and_others_only_their_own(portal: Portal) -> None:
    publishing = portal.services.publishing
    held = of_persons(portal)
    waiting = portal.submit(actor=portal.person(Role.EDITOR))
    assert waiting.state == "in_review"

    assert [each.id for each in publishing.held(SYSTEM)] == [held.id]
    with pytest.raises(Denied):
        publishing.held(portal.person(Role.ADMIN))


# What later releases brought, in the order in which it can go.
_LATER = (
    "agent_call_days",
    "agent_calls",
    "agent_tokens",
    "agent_secrets",
    "agent_decisions",
    "agents",
    "usage_days",
    "usage_months",
    "search_entries",
    "demand_bureaus",
    "demand_topics",
    "demand_days",
    "popularity",
    "descriptions",
    "checks",
)


def test_submissions_of_an_older_portal_are_read_and_approved_after_the_upgrade(portal: Portal) -> None:
    waiting = portal.submit(actor=portal.person(Role.EDITOR))
    added = {
        "submissions": [
            "revision",
            "go",
            "choices",
            "examination",
            "progress",
            "mendable",
            "holds",
            "reason",
            "released",
        ],
        "organizations": ["repairs", "repair_defaults", "area"],
        "datasets": ["edits", "series_key"],
        "versions": ["cited"],
    }
    with portal.services.database.engine.begin() as connection:
        for index in ("ix_submissions_dataset_id", "ix_datasets_series", "ix_datasets_listed", "ix_datasets_hidden"):
            connection.execute(text(f"DROP INDEX {index}"))
        for table in _LATER:
            connection.execute(text(f"DROP TABLE {table}"))
        for table, names in added.items():
            for name in names:
                connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {name}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    migrate(portal.services.database)

    publishing = portal.services.publishing
    publishing.approve(SYSTEM, waiting.id, revision=0)
    assert publishing.get(SYSTEM, waiting.id).state == "published"
    assert portal.services.organizations.get("soumu").repairs == "ask"


def test_the_audit_record_names_who_used_a_token_and_writes_details_as_words(portal: Portal) -> None:
    found = checked(portal)
    secret = portal.services.accounts.create_token(portal.person(Role.PUBLISHER), name="t", scopes=("publish",))
    body = {"go": "check", "choices": [{"rule": "space-trimmed", "apply": False, "column": "名称"}]}
    headers = {"Authorization": f"Bearer {secret}"}
    assert (
        portal.client().post(f"/api/v1/submissions/{found.id}/decision", json=body, headers=headers).status_code == 202
    )

    page = portal.signed_in(Role.ADMIN).get("/audit").text
    assert "person1@example.jp" in page
    assert "rule=space-trimmed apply=False column=名称" in page


def test_every_step_has_a_word_for_when_it_is_done() -> None:
    assert list(DONE) == list(STEPS)


def test_data_of_persons_in_rows_set_apart_are_held_too(portal: Portal) -> None:
    notice = "避難所一覧\n担当者の携帯電話 090-1234-5678\n\n番号,名称,人数\n1,第一小学校,10\n2,第二小学校,20\n"
    details = Details(title="避難所", license="CC-BY-4.0", repairs=Repairs.APPLY)
    found = portal.submit(notice.encode(), file_name="shelters.csv", details=details)

    assert (found.state, found.holds) == ("in_review", ("mobile-phones",))
    assert "1234" not in found.examination.personal[0].shown


def test_a_strangers_words_stay_words_on_every_page(portal: Portal) -> None:
    rows = '"<script>alert(1)</script> ",\u202e裏,"x""><img src=x onerror=alert(1)>"\r\n２ ,３,４\r\n'
    table = '<b>列</b>,"</td><svg onload=alert(1)>",裏\u202e表\r\n' + rows
    found = portal.submit(table.encode(), file_name="<i>a\u202e.csv", details=SHOW)
    assert found.state == "checked", found.report
    client = portal.signed_in(Role.ADMIN)
    portal.services.publishing.decide(
        SYSTEM, found.id, choices=(Choice("space-trimmed", apply=True, column="<u>列</u>"),), go=Go.CHECK
    )

    for address in (f"/submission/{found.id}", "/audit", "/organization/soumu"):
        page = client.get(address).text
        for tag in ("<script>alert", "<svg onload", "<img src=x", "<b>列", "<i>a", "<u>列", "\u202e"):
            assert tag not in page, (address, tag)
        portal.work()


# --- reading behind walls -------------------------------------------------------------------------------------------


def test_a_package_of_several_tables_is_read_behind_the_walls(portal: Portal) -> None:
    resources = [{"name": name, "path": f"{name}.csv"} for name in ("east", "west")]
    record = portal.publish(package({"east.csv": CSV, "west.csv": CSV}, resources=resources))
    assert [(each.name, each.table and each.table.rows) for each in record.resources] == [("east", 2), ("west", 2)]


# --- bounds ---------------------------------------------------------------------------------------------------------


def wide(tables: int, columns: int) -> Examination:
    names = [f"とても長い列の名前が並んでいる表の列{number}" for number in range(columns)]
    proposals = tuple(
        Proposal("space-trimmed", name, 2, 2, 1, (Example("あ ", "あ", 2, 2, applied=True),)) for name in names
    )
    shown = tuple(ShownColumn(name, "string") for name in names)
    phone = (PersonalData("phone", names[0], 1, 2, "090-****"),)
    found = [
        Examined(f"t{number}", "t.xlsx", 2, 2, 0, columns=shown, proposals=proposals, personal=phone)
        for number in range(tables)
    ]
    rows = tuple(ChangedRow(("k",), tuple(("列", "あ" * 200, "い" * 200) for _ in range(20))) for _ in range(EXAMPLES))
    return Examination(tuple(found), tuple(Comparison(each.resource, examples=rows) for each in found))


def test_an_examination_always_fits_and_still_holds_data_of_persons() -> None:
    made = stored(wide(100, 2000))

    assert len(msgspec.json.encode(made)) <= EXAMINATION_BYTES
    again = examination_of(made)
    assert (len(again.tables), len(again.personal)) == (100, 100)
    assert again.tables[0].rows == 2


def test_a_page_has_boxes_for_so_many_columns_and_one_for_the_others() -> None:
    found = wide(1, SHOWN_REPAIRS + 5).tables
    [view] = views(Examination(found), Report())
    [card] = view.cards

    assert (len(card.repairs), card.hidden, card.count) == (SHOWN_REPAIRS, 5, 2 * (SHOWN_REPAIRS + 5))
    assert Choice("space-trimmed", apply=False, resource="t0") in settled((view,), (), card.box, on=False)
    ticked = {each.box for each in card.repairs}
    assert choices((view,), (), ticked, exact=False) == ()


def test_a_word_that_is_shown_cut_has_no_box_of_its_own() -> None:
    long = Example("長" * 200 + "…", "長", 1, 2, applied=True)
    proposal = Proposal("space-trimmed", "説明", 2, 2, 2, (long, Example("あ ", "あ", 1, 3, applied=True)))
    table = Examined("t", "t.csv", 2, 2, 0, proposals=(proposal,))

    [view] = views(Examination((table,)), Report())
    assert [bool(word.box) for word in view.cards[0].repairs[0].words] == [False, True]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("短い ", "短い", ("短い ", "短い")),
        ("本" * 90 + "文 ", "本" * 90 + "文", ("…" + "本" * 11 + "文 ", "…" + "本" * 11 + "文")),
        (" " + "本" * 90, "本" * 90, (" " + "本" * 12 + "…", "本" * 12 + "…")),
        ("１" * 90, "1" * 90, ("１" * 60 + "…", "1" * 60 + "…")),
        ("本" * 200 + "…", "本" * 200 + "…", ("…" + "本" * 11 + "…", "…" + "本" * 11 + "…")),
    ],
)
def test_a_long_cell_is_cut_to_where_it_changes(before: str, after: str, shown: tuple[str, str]) -> None:
    assert around(before, after) == shown


def test_problems_of_what_is_published_lead_to_no_cell_that_is_not_on_the_page(portal: Portal) -> None:
    found = of_persons(portal)
    portal.services.publishing.approve(SYSTEM, found.id, reason="公表されている番号")

    page = portal.signed_in(Role.PUBLISHER).get(f"/submission/{found.id}").text
    for target in re.findall(r'href="#((?:line|cell)-[^"]+)"', page):
        assert f'id="{target}"' in page
