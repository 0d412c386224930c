"""A submission between reading and publishing: shown, decided, held, released, given up."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import audit, wiring
from app.catalog.record import RepairCount
from app.infra.sandbox import Sandbox
from app.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from app.kernel.errors import BadRequest, Conflict, Denied, NotFound
from app.publishing import progress
from app.publishing.examination import Examination, Examined, PersonalData, Proposal, ShownRow
from app.publishing.ingested import MadeFile, MadeIntake
from app.publishing.records import EXAMINATION_BYTES, examination_of, stored
from app.publishing.repair.choices import Choice
from app.publishing.service import READER
from app.publishing.submission import Details, Go, Progress, Repairs, Submission, Upload
from tests.factories import CSV, Portal, json_of, package

MORE = CSV + "131032,港区,260486\n"
INVALID = package({"population.csv": "コード,名称,人口\n131016,千代田区,多い\n"})
KEEP = Choice("space-trimmed", apply=False)
PROPOSAL = Proposal("space-trimmed", "名称", 2, 2)
PHONE = PersonalData("phone", "電話", 3, 2, "090-****")
MESSY = Examined("population", "population.csv", 3, 2, 1, proposals=(PROPOSAL,), shown=(ShownRow(2, ("a",), {0: "b"}),))
PRIVATE = Examined("population", "population.csv", 2, 2, 0, personal=(PHONE,))


@dataclass
class Finding(Sandbox):
    """A sandbox whose reader finds more in a table than it does by itself, and does something on the way."""

    inner: Sandbox
    examined: tuple[Examined, ...] = ()
    intake: MadeIntake | None = None
    meanwhile: Callable[[Path], None] = lambda _: None
    questions: list[Any] = field(default_factory=list)

    def run(self, function: str, argument: Any, *, folder: Path, **more: Any) -> Any:
        answer = self.inner.run(function, argument, folder=folder, **more)
        if function != READER:
            return answer
        self.questions.append(argument["choices"])
        self.meanwhile(folder)
        if (beat := more["heartbeat"]) is not None:
            beat()
        if self.intake is not None and answer["resources"]:
            (folder / self.intake.receipt.path).write_text('{"changes":[]}')
            answer["resources"][0]["intake"] = msgspec.to_builtins(self.intake)
        return answer | {"examined": msgspec.to_builtins(self.examined, str_keys=True)}


@pytest.fixture
def finding(portal: Portal) -> Finding:
    publishing = portal.services.publishing
    made = Finding(publishing._sandbox, (MESSY,))
    publishing._sandbox = made
    return made


def governor(portal: Portal) -> Actor:
    person = portal.person(Role.VIEWER)
    portal.services.organizations.grant(SYSTEM, person_id=person.id, role=Role.GOVERNOR, organization_id=None)
    return portal.services.accounts.person(person.name)


def send(portal: Portal, repairs: Repairs | None = None, content: bytes | None = None, **more: Any) -> Submission:
    return portal.submit(content, details=Details(repairs=repairs), **more)


def decide(portal: Portal, found: Submission, go: Go, *choices: Choice, actor: Actor = SYSTEM) -> Submission:
    portal.services.publishing.decide(actor, found.id, choices=choices, go=go, revision=found.revision)
    portal.work()
    return portal.services.publishing.get(SYSTEM, found.id)


@pytest.mark.usefixtures("finding")
def test_what_is_to_be_repaired_is_shown_before_anything_is_published(portal: Portal) -> None:
    found = send(portal)

    assert found.state == "checked"
    assert found.examination.tables == (MESSY,)
    assert portal.services.catalog.list(SYSTEM).total == 0


@pytest.mark.parametrize(
    ("repairs", "state"), [(Repairs.APPLY, "published"), (Repairs.NONE, "published"), (Repairs.SHOW, "checked")]
)
def test_the_sender_says_what_is_to_happen_with_repairs(
    portal: Portal, finding: Finding, repairs: Repairs, state: str
) -> None:
    assert send(portal, repairs).state == state
    assert finding.questions[0]["none"] is (repairs is Repairs.NONE)


def test_nothing_to_decide_is_no_reason_to_ask(portal: Portal, finding: Finding) -> None:
    finding.examined = ()

    assert send(portal, Repairs.ASK).state == "published"


def test_a_decision_publishes_with_its_choices(portal: Portal, finding: Finding) -> None:
    published = decide(portal, send(portal), Go.PUBLISH, KEEP)

    assert published.state == "published"
    assert published.choices == (KEEP,)
    assert msgspec.convert(finding.questions[-1]["listed"], tuple[Choice, ...]) == (KEEP,)


@pytest.mark.usefixtures("finding")
def test_checking_again_shows_again(portal: Portal) -> None:
    first = send(portal)
    again = decide(portal, first, Go.CHECK, KEEP)

    assert again.state == "checked"
    assert again.revision > first.revision


@pytest.mark.usefixtures("finding")
def test_a_decision_made_on_an_old_page_is_refused(portal: Portal) -> None:
    old = send(portal)
    decide(portal, old, Go.CHECK, KEEP)

    with pytest.raises(Conflict):
        decide(portal, old, Go.PUBLISH)


@pytest.mark.usefixtures("finding")
def test_a_rule_that_there_is_none_of_is_refused_with_those_that_there_are(portal: Portal) -> None:
    with pytest.raises(BadRequest, match="date-iso"):
        decide(portal, send(portal), Go.CHECK, Choice("guess", apply=True))


@pytest.mark.usefixtures("finding")
def test_what_is_published_cannot_be_decided_or_given_up(portal: Portal) -> None:
    published = send(portal, Repairs.APPLY)

    with pytest.raises(Conflict):
        decide(portal, published, Go.CHECK)
    with pytest.raises(Conflict):
        portal.services.publishing.abandon(SYSTEM, published.id)


@pytest.mark.usefixtures("finding")
def test_invalid_contents_are_shown_and_not_published(portal: Portal) -> None:
    shown = send(portal, Repairs.SHOW, INVALID)
    assert (shown.state, shown.report.valid) == ("checked", False)

    refused = decide(portal, shown, Go.PUBLISH)
    assert refused.state == "refused"
    assert decide(portal, refused, Go.CHECK, KEEP).state == "checked"


@pytest.mark.usefixtures("finding")
def test_what_an_editor_decides_to_publish_goes_to_review(portal: Portal) -> None:
    found = send(portal, actor=portal.person(Role.PUBLISHER))

    assert decide(portal, found, Go.PUBLISH, actor=portal.person(Role.EDITOR)).state == "in_review"


@pytest.mark.usefixtures("finding")
def test_a_governor_reads_but_does_not_decide(portal: Portal) -> None:
    with pytest.raises(Denied):
        decide(portal, send(portal), Go.CHECK, actor=governor(portal))


@pytest.mark.usefixtures("finding")
def test_what_is_given_up_is_not_published(portal: Portal) -> None:
    found = send(portal)
    portal.services.publishing.abandon(SYSTEM, found.id)

    assert portal.services.publishing.get(SYSTEM, found.id).state == "abandoned"
    with pytest.raises(Conflict):
        decide(portal, portal.services.publishing.get(SYSTEM, found.id), Go.PUBLISH)
    assert portal.services.publishing.file_hashes() == set()


def test_a_review_that_is_given_up_leaves_a_draft(portal: Portal) -> None:
    editor = portal.person(Role.EDITOR)
    waiting = portal.submit(actor=editor)
    portal.services.publishing.abandon(editor, waiting.id)

    assert portal.services.catalog.get(editor, "ward-population").state == "draft"


def test_an_attempt_of_an_earlier_round_settles_nothing(portal: Portal, finding: Finding) -> None:
    publishing = portal.services.publishing
    upload = Upload(io.BytesIO(package()), "package.zip", portal.organization.id, Details(repairs=Repairs.SHOW))
    found = publishing.receive(SYSTEM, upload)

    def meanwhile(_: Path) -> None:
        finding.meanwhile = lambda _: None
        publishing.process(found.id)
        publishing.decide(SYSTEM, found.id, choices=(KEEP,), go=Go.CHECK)
        publishing._start(found.id)

    finding.meanwhile = meanwhile
    publishing.process(found.id)

    assert publishing.get(SYSTEM, found.id).state == "processing"


def test_an_organizations_defaults_reach_the_reader(portal: Portal, finding: Finding) -> None:
    own, admin = portal.organization.id, portal.person(Role.ADMIN)
    portal.services.organizations.set_repairs(admin, own, "apply", {"kana-width": False})

    assert send(portal).state == "published"
    assert finding.questions[0]["defaults"] == {"kana-width": False}
    assert portal.services.organizations.get("soumu").repairs == "apply"


def test_only_an_administrator_sets_an_organizations_defaults(portal: Portal) -> None:
    organizations, own = portal.services.organizations, portal.organization.id

    with pytest.raises(Denied):
        organizations.set_repairs(portal.person(Role.PUBLISHER), own, "apply", {})
    for repairs, defaults in (("always", {}), ("apply", {"guess": True})):
        with pytest.raises(BadRequest, match="ask"):
            organizations.set_repairs(SYSTEM, own, repairs, defaults)


# Data of persons


@pytest.fixture
def held(portal: Portal, finding: Finding) -> Submission:
    finding.examined = (PRIVATE,)
    return send(portal, Repairs.APPLY, actor=portal.person(Role.PUBLISHER))


def test_data_of_persons_is_held_also_where_the_sender_may_publish(portal: Portal, held: Submission) -> None:
    assert (held.state, held.holds) == ("in_review", ("phone",))
    with pytest.raises(Denied):
        portal.services.publishing.approve(portal.person(Role.PUBLISHER, Role.ADMIN), held.id, reason="x")
    with pytest.raises(NotFound):
        portal.services.catalog.get(ANONYMOUS, "ward-population")


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_a_hold_is_lifted_only_with_a_written_reason(portal: Portal, held: Submission, reason: str) -> None:
    with pytest.raises(BadRequest):
        portal.services.publishing.approve(governor(portal), held.id, reason=reason)

    assert portal.services.publishing.get(SYSTEM, held.id).state == "in_review"


def test_a_governor_lifts_a_hold_on_record(portal: Portal, held: Submission) -> None:
    decider = governor(portal)
    portal.services.publishing.approve(decider, held.id, reason="窓口の電話番号です。")

    assert portal.services.publishing.get(SYSTEM, held.id).state == "published"
    with portal.services.database.read() as session:
        acts = audit.acts(session, organization_ids=None, offset=0, limit=10).items
    (released,) = [act for act in acts if act.action == "submission.release"]
    assert released.actor_id == decider.id
    assert released.detail == {"kinds": ["phone"], "reason": "窓口の電話番号です。"}


def test_what_was_released_once_is_not_held_again(portal: Portal, finding: Finding, held: Submission) -> None:
    portal.services.publishing.approve(SYSTEM, held.id, reason="窓口の電話番号です。")

    assert send(portal, Repairs.APPLY, package({"population.csv": MORE})).state == "published"

    other = PersonalData("phone", "携帯", 1, 2, "090-****")
    finding.examined = (Examined("population", "population.csv", 2, 2, 0, personal=(PHONE, other)),)
    assert send(portal, Repairs.APPLY, package({"population.csv": CSV})).state == "in_review"


def test_the_reviewer_sees_what_waits(portal: Portal, held: Submission) -> None:
    (waiting,) = portal.services.publishing.resources_of(governor(portal), held.id)

    assert waiting.name == "population"
    with pytest.raises(NotFound):
        portal.services.publishing.resources_of(ANONYMOUS, held.id)


# Comparison, receipts, progress


def test_an_update_is_compared_with_what_is_published(portal: Portal) -> None:
    portal.publish()
    (found,) = send(portal, Repairs.SHOW, package({"population.csv": MORE})).examination.comparisons

    assert (found.resource, found.key) == ("population", ("コード",))
    assert (found.added, found.removed, found.changed, found.same) == (1, 0, 0, 2)


def test_a_receipt_is_kept_and_served_and_makes_no_new_version(portal: Portal, finding: Finding) -> None:
    made = MadeFile("receipt.json", "population.receipt.json", "application/json")
    finding.intake = MadeIntake(3, 1, (RepairCount("space-trimmed", "名称", 2),), (), made)
    portal.publish(details=Details(repairs=Repairs.APPLY))
    client = portal.client()
    shown = json_of(client.get("/api/v1/datasets/ward-population"))["resources"][0]

    address = shown["receipt"]["url"].removeprefix(portal.services.site.url)
    assert client.get(address).json == {"changes": []}
    assert client.get("/dataset/ward-population/v/1/receipt/population").status_code == 200
    assert (shown["intake"]["rows_in"], shown["intake"]["rows_apart"]) == (3, 1)
    assert shown["receipt"]["sha256"] in portal.services.catalog.file_hashes()
    finding.intake = None
    assert send(portal, Repairs.APPLY).state == "unchanged"
    assert client.get("/dataset/ward-population/receipt/other").status_code == 404


def test_progress_is_shown_while_it_runs(portal: Portal, finding: Finding, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = Upload(io.BytesIO(package()), "package.zip", portal.organization.id)
    received = portal.services.publishing.receive(SYSTEM, upload)

    def meanwhile(folder: Path) -> None:
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            progress.begin()
            progress.note("storing", "another")

    finding.meanwhile = meanwhile
    portal.work()

    found = portal.services.publishing.get(SYSTEM, received.id).progress
    assert (found.step, found.resource, found.rows) == ("storing", "another", 0)


def test_nothing_is_written_where_nobody_keeps_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    progress.note("reading", "a")
    assert not list(tmp_path.iterdir())


def test_notes_are_written_when_a_step_begins_and_else_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    progress.begin()
    progress.note("reading", "a")
    progress.note("reading", "a", 20)
    assert progress.read(tmp_path) == Progress("reading", "a")

    progress.note("checking", "a")
    assert progress.read(tmp_path) == Progress("checking", "a")


@pytest.mark.parametrize(
    "words", [b"", b"[]", b"\xff", b'{"step":"x"}', b'{"step":"reading","rows":-1}', b'{"rows":1e400}', b"{" * 9000]
)
def test_a_note_that_is_none_says_nothing(tmp_path: Path, words: bytes) -> None:
    (tmp_path / "progress").write_bytes(words)

    assert progress.read(tmp_path) == Progress()


def test_a_note_is_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b'{"step":"reading","rows":1}')
    (tmp_path / "progress").symlink_to(tmp_path / "elsewhere")

    assert progress.read(tmp_path) == Progress()


def test_an_examination_that_is_too_much_for_a_row_keeps_its_counts() -> None:
    rows = tuple(ShownRow(number, ("x" * 30_000,)) for number in range(200))
    large = Examination((Examined("t", "t.csv", 200, 200, 0, proposals=(PROPOSAL,), shown=rows, personal=(PHONE,)),))

    kept = stored(large)

    assert len(msgspec.json.encode(kept)) < EXAMINATION_BYTES
    (table,) = examination_of(kept).tables
    assert (table.proposals, table.personal, table.shown) == ((PROPOSAL,), (PHONE,), ())


def test_the_bytes_of_what_can_still_be_mended_are_kept(portal: Portal, finding: Finding) -> None:
    refused = send(portal, Repairs.APPLY, INVALID)
    assert refused.state == "refused"
    assert len(portal.services.publishing.file_hashes()) == 1

    finding.examined = ()
    wiring.sweep(portal.services)
    decide(portal, refused, Go.PUBLISH)
    assert portal.services.publishing.file_hashes() == set()
