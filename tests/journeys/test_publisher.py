"""A publisher uploads a package, follows it, and sees it published, or sees why not."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.kernel.actor import ANONYMOUS, Role
from app.publishing.repair.rules import RULES
from tests.factories import CSV, Portal, descriptor, json_of, package, zipped

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def send(client: FlaskClient, content: bytes, headers: dict[str, str] | None = None, **form: str) -> Any:
    data = {"organization": "soumu", "file": (io.BytesIO(content), form.pop("file_name", "package.zip")), **form}
    return client.post("/api/v1/submissions", data=data, headers=headers, content_type="multipart/form-data")


@pytest.fixture
def headers(portal: Portal) -> dict[str, str]:
    return portal.token(Role.PUBLISHER)


def test_a_package_sent_by_api_is_published(portal: Portal, headers: dict[str, str]) -> None:
    client = portal.client()
    received = send(client, package(), headers)
    assert received.status_code == 202
    assert json_of(received)["state"] == "received"

    portal.work()
    after = json_of(client.get(received.headers["Location"], headers=headers))

    assert after["state"] == "published"
    assert after["dataset"]["slug"] == "ward-population"
    dataset = json_of(client.get("/api/v1/datasets/ward-population"))
    assert dataset["version"]["number"] == 1
    assert dataset["resources"][0]["rows"] == 2
    assert json_of(client.get("/api/v1/datasets?q=人口"))["total"] == 1


def test_the_bare_file_may_be_the_body(portal: Portal, headers: dict[str, str]) -> None:
    address = "/api/v1/submissions?organization=soumu&filename=人口.csv&title=区の人口&license=CC-BY-4.0"
    received = portal.client().post(address, data=CSV.encode(), headers=headers, content_type="text/csv")
    portal.work()

    after = json_of(portal.client().get(received.headers["Location"], headers=headers))
    assert after["state"] == "published", after
    dataset = json_of(portal.client().get(f"/api/v1/datasets/{after['dataset']['slug']}"))
    assert dataset["title"]["ja"] == "区の人口"
    assert dataset["slug"].isascii()
    assert dataset["resources"][0]["schema_inferred"] is True


def test_the_same_bytes_again_change_nothing_and_say_so(portal: Portal) -> None:
    first = portal.publish()
    again = portal.submit()

    assert again.state == "unchanged"
    assert portal.services.catalog.get_by_id(ANONYMOUS, first.id).version == first.version


def test_the_same_contents_packed_differently_change_nothing(portal: Portal) -> None:
    portal.publish(package())
    wrapped = zipped({f"folder/{name}": content for name, content in _files().items()})

    assert portal.submit(wrapped).state == "unchanged"


def test_changed_bytes_make_the_next_version_and_the_old_one_stays(portal: Portal) -> None:
    portal.publish()
    record = portal.publish(package({"population.csv": CSV + "131032,港区,260486\n"}))
    client = portal.client()

    assert record.version is not None
    assert record.version.number == 2
    assert client.get("/dataset/ward-population/v/1/data/population.csv").text == CSV
    assert client.get("/dataset/ward-population/data/population.csv").text.endswith("260486\n")


def test_an_editors_package_waits_for_a_publisher(portal: Portal) -> None:
    submission = portal.submit(actor=portal.person(Role.EDITOR))
    assert submission.state == "in_review"
    assert portal.client().get("/dataset/ward-population").status_code == 404

    publisher = portal.signed_in(Role.PUBLISHER)
    form = {"decision": "approve", "revision": submission.revision}
    answer = publisher.post(f"/submission/{submission.id}/decision", data=form)

    assert answer.status_code == 303
    assert portal.client().get("/dataset/ward-population", headers=PAGE).status_code == 200


def test_an_editor_cannot_approve(portal: Portal) -> None:
    submission = portal.submit(actor=portal.person(Role.EDITOR))
    editor = portal.signed_in(Role.EDITOR)

    form = {"decision": "approve", "revision": submission.revision}
    assert editor.post(f"/submission/{submission.id}/decision", data=form).status_code == 403


def test_an_upload_to_be_shown_stops_and_is_published_by_a_decision(portal: Portal, headers: dict[str, str]) -> None:
    client = portal.client()
    address = send(client, package(), headers, repairs="show").headers["Location"]
    portal.work()
    checked = json_of(client.get(address, headers=headers))
    assert (checked["state"], checked["dataset"]) == ("checked", None)

    body = {
        "go": "publish",
        "choices": [{"rule": "date-iso", "apply": False, "column": "日付"}],
        "revision": checked["revision"],
    }
    decided = client.post(f"{address}/decision", json=body, headers=headers)
    assert decided.status_code == 202
    portal.work()

    published = json_of(client.get(address, headers=headers))
    assert published["state"] == "published"
    assert published["choices"][0]["column"] == "日付"
    assert client.post(f"{address}/decision", json=body, headers=headers).status_code == 409


def test_an_upload_to_be_shown_can_be_given_up(portal: Portal, headers: dict[str, str]) -> None:
    client = portal.client()
    address = send(client, package(), headers, repairs="show").headers["Location"]
    portal.work()

    assert json_of(client.post(f"{address}/abandon", headers=headers))["state"] == "abandoned"
    assert json_of(client.get("/api/v1/datasets"))["total"] == 0


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"go": "perhaps"}, "check, publish"),
        ({"go": "check", "choices": [{"rule": "guess", "apply": True}]}, "date-iso"),
        ({"go": "check", "choices": [{"rule": "date-iso", "apply": "yes"}]}, "`choices.0.apply` is true or false"),
        ({"go": "check", "choices": {"rule": "date-iso"}}, "choices"),
        ({"go": "check", "revision": "1"}, "revision"),
        (["check"], "JSON"),
    ],
)
def test_a_decision_that_is_none_is_answered_with_what_is_allowed(
    portal: Portal, headers: dict[str, str], body: object, named: str
) -> None:
    client = portal.client()
    address = send(client, package(), headers, repairs="show").headers["Location"]
    portal.work()

    answer = client.post(f"{address}/decision", json=body, headers=headers)

    assert answer.status_code == 400
    assert named in json_of(answer)["messages"]["en"]


def test_an_unknown_word_for_repairs_is_refused_with_those_that_there_are(
    portal: Portal, headers: dict[str, str]
) -> None:
    answer = send(portal.client(), package(), headers, repairs="always")

    assert answer.status_code == 400
    assert "apply, ask, show, none" in json_of(answer)["messages"]["en"]


def test_the_rules_of_repair_are_listed_for_everybody(portal: Portal) -> None:
    rules = {each["id"]: each for each in json_of(portal.client().get("/api/v1/repair-rules"))["rules"]}

    assert rules.keys() == RULES.keys()
    assert rules["date-serial"]["default"] is False
    assert all(each["title"]["ja"] and each["why"]["en"] for each in rules.values())


def test_a_bad_package_is_refused_with_every_problem_and_its_place(portal: Portal, headers: dict[str, str]) -> None:
    content = package({"population.csv": "コード,名称,人口\n131016,千代田区,多い\n,中央区,x\n"})
    received = send(portal.client(), content, headers)
    portal.work()

    after = json_of(portal.client().get(received.headers["Location"], headers=headers))
    problems = after["report"]["problems"]
    assert after["state"] == "refused"
    places = {(each["code"], each["row"], each["column"]) for each in problems}
    assert {("type-error", 2, "人口"), ("type-error", 3, "人口")} <= places
    assert all(each["message"]["ja"] and each["advice"]["en"] for each in problems)
    assert json_of(portal.client().get("/api/v1/datasets"))["total"] == 0


def test_a_refused_package_leaves_nothing_behind_and_the_next_one_works(portal: Portal) -> None:
    assert portal.submit(package(name=None)).state == "refused"
    assert portal.services.catalog.revisions() == {}
    assert not list((portal.services.settings.data_dir / "work").iterdir())

    assert portal.submit().state == "published"


def test_the_upload_page_does_the_same(portal: Portal) -> None:
    client = portal.signed_in(Role.PUBLISHER)
    form = {"organization": "soumu", "file": (io.BytesIO(package()), "package.zip")}
    sent = client.post("/upload", data=form, content_type="multipart/form-data", headers=PAGE)
    assert sent.status_code == 303

    assert "確認" in client.get(sent.headers["Location"], headers=PAGE).text
    portal.work()
    page = client.get(sent.headers["Location"], headers=PAGE).text
    assert "/dataset/ward-population" in page


def test_a_forgotten_file_is_explained_on_the_form(portal: Portal) -> None:
    client = portal.signed_in(Role.PUBLISHER)
    answer = client.post("/upload", data={"organization": "soumu"}, headers=PAGE)

    assert answer.status_code == 400
    assert "ファイル" in answer.text


def test_an_upload_over_the_limit_is_refused(portal: Portal, headers: dict[str, str]) -> None:
    portal.services.publishing._max_upload_bytes = 10

    assert send(portal.client(), package(), headers).status_code == 413


def test_a_withdrawn_dataset_answers_410_with_the_reason_and_is_gone_from_search(portal: Portal) -> None:
    portal.publish()
    publisher = portal.token(Role.PUBLISHER)
    body = {"state": "withdrawn", "reason": "個人情報が含まれていました。"}
    moved = portal.client().post("/api/v1/datasets/ward-population/state", json=body, headers=publisher)
    portal.work()
    client = portal.client()

    assert moved.status_code == 200
    for address in ("", "/datapackage.json", ".ttl", "/data/population.csv", "/resource/population"):
        answer = client.get(f"/dataset/ward-population{address}", headers=PAGE)
        assert answer.status_code == 410, address
        assert "個人情報が含まれていました。" in answer.text
    assert json_of(client.get("/api/v1/datasets?q=人口"))["total"] == 0


def _files() -> dict[str, str | bytes]:
    import json

    return {"datapackage.json": json.dumps(descriptor(), ensure_ascii=False), "population.csv": CSV}
