"""A publisher says what a dataset is: on the form, and by REST."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.catalog.record import DatasetRecord
from app.kernel.actor import SYSTEM, Role
from tests.factories import Portal, json_of, make_portal

PAGE = {"Accept": "text/html"}
ADDRESS = "/dataset/ward-population/edit"
API = "/api/v1/datasets/ward-population"
PATCH = "application/merge-patch+json"
XSS = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}"


class Form(HTMLParser):
    """Reads the form as a browser would send it back."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self._area: str | None = None
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "textarea":
            self._area = given["name"]
        elif tag == "select":
            self._select = given.get("name")
            self.values.add(given["name"], "")
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given["value"]
        elif (
            tag == "input"
            and "name" in given
            and (given.get("type") not in {"checkbox", "radio"} or "checked" in given)
        ):
            self.values.add(given["name"], given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.values.add(self._area, data.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        self._area = None if tag == "textarea" else self._area


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal with one dataset for all: whatever a test leaves behind, the next one only looks at its own change."""
    made = make_portal(tmp_path_factory.mktemp("editing"))
    made.publish()
    yield made
    made.close()


@pytest.fixture(scope="module")
def publisher(portal: Portal) -> FlaskClient:
    return portal.signed_in(Role.PUBLISHER)


@pytest.fixture(scope="module")
def token(portal: Portal) -> dict[str, str]:
    return portal.token(Role.PUBLISHER)


def record_of(portal: Portal) -> DatasetRecord:
    return portal.services.catalog.get(SYSTEM, "ward-population")


def form_of(client: FlaskClient) -> MultiDict[str, str]:
    answer = client.get(ADDRESS, headers=PAGE)
    assert answer.status_code == 200, answer.text
    assert f'action="{ADDRESS}"' in answer.text
    assert f'data-score="{ADDRESS}/score"' in answer.text
    return Form(answer.text).values


def send(client: FlaskClient, form: MultiDict[str, str], **changes: Any) -> Any:
    for name, value in changes.items():
        form.setlist(name.replace("__", "/"), value if isinstance(value, list) else [value])
    return client.post(ADDRESS, data=form, headers=PAGE)


def test_what_is_said_on_the_form_stands_on_the_page_in_turtle_and_in_search(
    portal: Portal, publisher: FlaskClient
) -> None:
    answer = send(publisher, form_of(publisher), title__en="People of the wards", keywords="人口\n統計資料の例")
    assert answer.status_code == 303, answer.text
    portal.work()

    client = portal.client()
    assert "People of the wards" in client.get("/dataset/ward-population?lang=en", headers=PAGE).text
    assert '"People of the wards"@en' in client.get("/dataset/ward-population.ttl").text
    assert json_of(client.get("/api/v1/datasets?q=統計資料の例"))["total"] == 1


def test_a_form_that_nobody_touched_changes_nothing(portal: Portal, publisher: FlaskClient) -> None:
    before = record_of(portal)

    assert send(publisher, form_of(publisher)).status_code == 303
    assert record_of(portal) == before


def test_an_empty_field_keeps_what_was_worked_out_and_says_how(portal: Portal, publisher: FlaskClient) -> None:
    page = publisher.get(ADDRESS + "?lang=ja", headers=PAGE).text
    assert "自動" in page
    assert form_of(publisher).getlist("themes") == []

    send(publisher, form_of(publisher), themes=["HEAL"])
    assert record_of(portal).themes == ("HEAL",)
    send(publisher, form_of(publisher), themes=[])
    record = record_of(portal)
    assert "themes" in {each.field for each in record.derived}


def test_an_edit_can_be_taken_back(portal: Portal, publisher: FlaskClient) -> None:
    send(publisher, form_of(publisher), title__ja="別の題名")
    send(publisher, form_of(publisher), back="title")

    assert record_of(portal).title.ja == "特別区の人口"


def test_the_meaning_of_a_column_is_said_on_the_form(portal: Portal, publisher: FlaskClient) -> None:
    form = form_of(publisher)
    name = next(each for each in form if each.endswith("/title/en") and each.startswith("columns/"))
    form[name] = "Area code"
    assert send(publisher, form).status_code == 303

    table = record_of(portal).resources[0].table
    assert table is not None
    assert table.columns[0].title.en == "Area code"


def test_a_stale_form_keeps_what_was_typed_and_the_other_change(portal: Portal, publisher: FlaskClient) -> None:
    form = form_of(publisher)
    send(publisher, form_of(publisher), keywords="あとから", caveats__ja="先に変更")

    answer = send(publisher, form, title__en="Mine", keywords="わたしの言葉")
    assert answer.status_code == 412
    assert "あとから" in answer.text
    shown = Form(answer.text).values
    assert (shown["title/en"], shown["keywords"], shown["caveats/ja"]) == ("Mine", "わたしの言葉", "先に変更")

    assert send(publisher, shown).status_code == 303
    record = record_of(portal)
    assert (record.title.en, record.keywords, record.caveats.ja) == ("Mine", ("わたしの言葉",), "先に変更")


def test_problems_stand_at_their_fields_and_nothing_typed_is_lost(portal: Portal, publisher: FlaskClient) -> None:
    form, before = form_of(publisher), record_of(portal)
    answer = send(publisher, form, homepage="ftp://x", temporal__start="2026-02-30", title__en="Kept")
    assert answer.status_code == 400

    faults = re.findall(r'id="(field-\d+)-faults"', answer.text)
    assert len(faults) == 2
    assert all(f'href="#{fault}"' in answer.text for fault in faults)
    assert "edit-no-link" in answer.text
    assert "edit-no-date" in answer.text
    shown = Form(answer.text).values
    assert (shown["title/en"], shown["homepage"]) == ("Kept", "ftp://x")
    assert record_of(portal) == before


def test_strange_words_stay_words(publisher: FlaskClient) -> None:
    assert send(publisher, form_of(publisher), title__en=XSS, caveats__ja=XSS, keywords=XSS).status_code == 303

    page = publisher.get(ADDRESS, headers=PAGE).text
    assert Form(page).values["title/en"] == XSS
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_others_may_not_edit(portal: Portal) -> None:
    other = portal.signed_in(Role.PUBLISHER, organization=portal.other_organization())

    assert portal.client().get(ADDRESS, headers=PAGE).status_code == 302
    for client in (other, portal.signed_in(Role.EDITOR)):
        assert client.get(ADDRESS, headers=PAGE).status_code == 403
        assert client.post(ADDRESS, data={"revision": "1"}, headers=PAGE).status_code == 403
        assert client.post(ADDRESS + "/score", data={"revision": "1"}, headers=PAGE).status_code == 403


def test_the_score_follows_what_is_typed_and_nothing_is_saved(portal: Portal, publisher: FlaskClient) -> None:
    before = record_of(portal)
    form = form_of(publisher)
    form.setlist("license", [""])
    answer = publisher.post(ADDRESS + "/score", data=form, headers=PAGE)

    assert answer.status_code == 200
    assert 'class="score"' in answer.text
    form["go"] = "score"
    assert publisher.post(ADDRESS, data=form, headers=PAGE).status_code == 200
    assert record_of(portal) == before


def test_a_patch_with_the_etag_changes_the_dataset(portal: Portal, token: dict[str, str]) -> None:
    client = portal.client()
    etag = client.get(API).headers["ETag"]
    headers = {**token, "If-Match": etag}
    answer = client.patch(API, json={"title": {"en": "Wards"}}, headers=headers, content_type=PATCH)

    assert answer.status_code == 200, answer.text
    assert json_of(answer)["title"]["en"] == "Wards"
    assert answer.headers["ETag"] == client.get(API).headers["ETag"] != etag
    assert client.get(API, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(("tag", "status"), [(None, 428), ('"0"', 412), ('"0-abc", W/"1"', 412)])
def test_a_patch_needs_the_etag_of_what_it_changes(
    portal: Portal, token: dict[str, str], tag: str | None, status: int
) -> None:
    headers = {**token, **({"If-Match": tag} if tag else {})}
    answer = portal.client().patch(API, json={"title": {"en": "x"}}, headers=headers, content_type=PATCH)

    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"


def test_a_patch_that_does_not_hold_lists_every_problem(portal: Portal, token: dict[str, str]) -> None:
    headers = {**token, "If-Match": "*"}
    changes = {"nothing": 1, "homepage": "javascript:alert(1)", "columns": {"x": {}}}
    answer = portal.client().patch(API, json=changes, headers=headers, content_type=PATCH)

    assert answer.status_code == 422
    codes = {each["code"] for each in json_of(answer)["report"]["problems"]}
    assert codes == {"edit-unknown-field", "edit-no-link", "edit-unknown-table"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"[1]", PATCH, 400),
        (b"{", PATCH, 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, PATCH, 400),
        (b'{"title": {"en": "\\ud800"}}', PATCH, 400),
        (b'{"title": {"en": "' + b"x" * 1_100_000 + b'"}}', PATCH, 413),
    ],
    ids=["kind", "array", "broken", "deep", "half a letter", "long"],
)
def test_a_patch_that_cannot_be_read_is_refused(
    portal: Portal, token: dict[str, str], body: bytes, kind: str, status: int
) -> None:
    answer = portal.client().patch(API, data=body, headers={**token, "If-Match": "*"}, content_type=kind)
    assert answer.status_code == status, answer.text


def test_a_token_needs_the_scope_for_publishing(portal: Portal) -> None:
    headers = {**portal.token(Role.PUBLISHER, scopes=("submit",)), "If-Match": "*"}
    answer = portal.client().patch(API, json={"title": {"en": "x"}}, headers=headers, content_type=PATCH)
    assert answer.status_code == 403


def test_the_score_of_changes_is_answered_without_making_them(portal: Portal, token: dict[str, str]) -> None:
    client = portal.client()
    before = client.get(API).headers["ETag"]
    answer = client.post(f"{API}/score", json={"keywords": None}, headers=token, content_type=PATCH)

    marks = json_of(answer)
    assert (marks["maximum"], len(marks["indicators"])) == (405, 23)
    assert marks["points"] == sum(each["weight"] for each in marks["indicators"] if each["met"])
    assert client.get(API).headers["ETag"] == before


def test_an_administrator_describes_the_organization(portal: Portal) -> None:
    client = portal.signed_in(Role.ADMIN)
    typed = {
        "title_ja": "総務局統計部",
        "area": "131016",
        "contact_email": "stat@example.jp",
        "homepage": "https://x.jp",
    }
    assert client.post("/organization/soumu/description", data=typed).status_code == 303
    portal.work()

    publisher = record_of(portal).publisher
    assert (publisher.title.ja, publisher.area, publisher.contact.email) == (
        "総務局統計部",
        "131016",
        "stat@example.jp",
    )
    refused = client.post("/organization/soumu/description", data={**typed, "homepage": "javascript:x"})
    assert refused.status_code == 400
    assert 'value="javascript:x"' in refused.text


def test_only_administrators_describe_the_organization(portal: Portal) -> None:
    client = portal.signed_in(Role.PUBLISHER)
    assert client.post("/organization/soumu/description", data={"title_ja": "x"}).status_code == 403
