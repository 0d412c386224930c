"""No route gives a stranger, another bureau or another site what is not theirs."""

from __future__ import annotations

import io
import itertools
import re
import time

import pytest
from werkzeug.test import TestResponse

from app.catalog.record import Access
from app.kernel.actor import SYSTEM, Role
from app.web.context import waiting
from app.web.pages.sign_in import safe_next
from tests.factories import PASSWORD, Portal, json_of, package

CANARY = "極秘の題名"
CHOICE = re.compile(r"<any\(([^)]*)\):\w+>")
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def hidden(portal: Portal) -> dict[str, str]:
    """Publish something for the bureau's own people, and something that waits for review."""
    record = portal.publish(package(name="hidden", title=CANARY), access=Access.INTERNAL)
    waiting = portal.submit(package(name="waiting", title=CANARY), actor=portal.person(Role.EDITOR))
    return {
        "slug": record.slug,
        "resource_id": record.resources[0].id,
        "submission_id": waiting.id,
        "name": "population",
        "number": "1",
        "secret": "x",
        "token_id": waiting.id,
        "topic_id": waiting.id,
        "agent_id": waiting.id,
        "person_id": waiting.id,
        "filename": "base.css",
        "code": "type-error",
        "extension": "foo",
        "stem": "foo",
        "file": "population.csv",
        "kind": "atom",
        "publisher": "soumu",
        "key": "0",
        "day": "2026-11-28",
        "suffix": "csv",
    }


def chosen(path: str) -> list[str]:
    """Write a route out for each of the words that its `any(...)` offers."""
    words = [word.strip().strip("'\"") for choice in CHOICE.findall(path) for word in choice.split(",")]
    return [CHOICE.sub(word, path) for word in words] or [path]


def address(path: str, values: dict[str, str]) -> str:
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda place: values[place[1]], path)


def test_no_route_shows_anybody_else_what_is_hidden(portal: Portal) -> None:
    values = hidden(portal)
    other = portal.other_organization()
    readers = [portal.client(), portal.signed_in(Role.ADMIN, organization=other)]
    tried = 0
    for route in portal.app.url_map.iter_rules():
        methods = (route.methods or set()) - {"HEAD", "OPTIONS"}
        for path, method, reader in itertools.product(chosen(route.rule), methods, readers):
            answer = reader.open(address(path, values), method=method, headers=PAGE)
            assert answer.status_code < 500, route
            assert CANARY not in answer.text if answer.mimetype != "application/octet-stream" else True, route
            tried += 1
    assert tried > 60


def test_its_own_people_see_it(portal: Portal) -> None:
    values = hidden(portal)

    assert CANARY in portal.signed_in(Role.VIEWER).get(f"/dataset/{values['slug']}", headers=PAGE).text


@pytest.mark.parametrize("suffix", ["", "/datapackage.json", ".ttl", "/data/population.csv", "/resource/population"])
def test_what_is_hidden_answers_as_what_is_unknown(portal: Portal, suffix: str) -> None:
    slug = hidden(portal)["slug"]
    client = portal.client()
    unseen, unknown = client.get(f"/dataset/{slug}{suffix}"), client.get(f"/dataset/unknown{suffix}")

    assert (unseen.status_code, unseen.data) == (404, unknown.data)


def test_another_bureaus_publisher_may_not_submit_approve_or_withdraw(portal: Portal) -> None:
    portal.publish()
    waiting = portal.submit(package(name="waiting"), actor=portal.person(Role.EDITOR))
    stranger = portal.signed_in(Role.ADMIN, organization=portal.other_organization())

    assert stranger.post(f"/submission/{waiting.id}/decision", data={"decision": "approve"}).status_code == 404
    body = {"state": "withdrawn", "reason": "x"}
    assert stranger.post("/api/v1/datasets/ward-population/state", json=body).status_code == 403
    assert portal.services.publishing.get(portal.person(Role.PUBLISHER), waiting.id).state == "in_review"


@pytest.mark.parametrize("header", ["Bearer nonsense", "nonsense", "Bearer kkh_" + "x" * 43])
def test_a_bad_token_is_refused_and_never_anonymous(portal: Portal, header: str) -> None:
    answer = portal.client().get("/api/v1/datasets", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_form_is_refused(portal: Portal, headers: dict[str, str]) -> None:
    portal.publish()
    client = portal.signed_in(Role.PUBLISHER)
    form = {"state": "withdrawn", "reason": "x"}

    assert client.post("/dataset/ward-population/state", data=form, headers=headers).status_code == 403
    assert client.get("/dataset/ward-population").status_code == 200


def test_a_signed_in_page_is_never_kept_by_a_cache(portal: Portal) -> None:
    assert "no-store" in portal.signed_in(Role.VIEWER).get("/").headers["Cache-Control"]
    assert "no-store" not in portal.client().get("/").headers["Cache-Control"]


def test_a_session_given_before_signing_in_is_not_taken_over(portal: Portal) -> None:
    client = portal.client()
    client.set_cookie("kakehashi_session", "planted")
    secret = portal.services.accounts.new_link(_email(portal))
    client.post(f"/sign-in/{secret}", data={"password": PASSWORD})

    cookie = client.get_cookie("kakehashi_session")
    assert cookie is not None
    assert cookie.value != "planted"


def _email(portal: Portal) -> str:
    return portal.person(Role.EDITOR).name


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/%0d%0aLocation: x\r\n",
        "javascript:alert(1)",
        "@evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/x//evil.example",
        "///evil.example",
    ],
)
def test_signing_in_leads_only_to_this_site(target: str | None) -> None:
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/upload", "/dataset/x?lang=en", "/?q=%E4%BA%BA%E5%8F%A3"])
def test_signing_in_leads_back_to_where_one_was(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize("path", ["/", "/nowhere", "/sign-in", "/static/base.css", "/robots.txt"])
def test_a_bad_token_is_refused_on_every_address_with_a_page_that_renders(portal: Portal, path: str) -> None:
    answer = portal.client().get(path, headers={"Authorization": "Bearer nonsense", **PAGE})

    assert (answer.status_code, answer.mimetype) == (401, "text/html")


@pytest.mark.parametrize("authorization", ["Basic eDp5", "Bearer nonsense", "nonsense"])
def test_no_header_beside_a_session_cookie_opens_the_door_to_other_sites(portal: Portal, authorization: str) -> None:
    portal.publish()
    client = portal.signed_in(Role.PUBLISHER)
    headers = {"Authorization": authorization, "Sec-Fetch-Site": "cross-site"}
    form = {"state": "withdrawn", "reason": "x"}

    assert client.post("/dataset/ward-population/state", data=form, headers=headers).status_code in {401, 403}
    assert client.get("/dataset/ward-population").status_code == 200


def test_another_scheme_than_bearer_is_no_token(portal: Portal) -> None:
    headers = {"Authorization": "Basic eDp5"}

    assert portal.client().get("/api/v1/datasets", headers=headers).status_code == 200
    cross = headers | {"Sec-Fetch-Site": "cross-site"}
    assert portal.client().post("/sign-in", data={"email": "a", "password": "b"}, headers=cross).status_code == 403


def test_a_real_token_needs_no_same_site(portal: Portal) -> None:
    portal.publish()
    headers = portal.token(Role.PUBLISHER) | {"Origin": "https://tool.example"}
    answer = portal.client().post(
        "/api/v1/datasets/ward-population/state", json={"state": "deprecated"}, headers=headers
    )

    assert answer.status_code == 200


def test_pages_of_one_time_links_are_kept_by_nobody_and_read_by_no_other_origin(portal: Portal) -> None:
    path = f"/sign-in/{portal.services.accounts.new_link(_email(portal))}"
    client = portal.client()

    for answer in (client.get(path), client.post(path, data={"password": "short"}), client.get("/sign-in/unknown")):
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_error_varies_by_what_the_reader_accepts(portal: Portal) -> None:
    assert "Accept" in portal.client().get("/dataset/unknown").vary
    assert "Accept" in portal.client().get("/upload", headers=PAGE).vary


@pytest.mark.parametrize("access", ["Internal", "", "secret", "public "])
def test_an_access_that_is_none_is_refused_by_name(portal: Portal, access: str) -> None:
    answer = _sent(portal, "", access=access)

    assert answer.status_code == 400
    assert "internal" in json_of(answer)["detail"]


@pytest.mark.parametrize("name", ["access", "organization", "notes"])
def test_a_field_of_the_form_in_the_address_is_refused(portal: Portal, name: str) -> None:
    answer = _sent(portal, f"?{name}=internal")

    assert answer.status_code == 400
    assert name in json_of(answer)["detail"]


def test_an_access_sent_as_a_file_is_refused(portal: Portal) -> None:
    assert _sent(portal, "", access=(io.BytesIO(b"internal"), "access.txt")).status_code == 400


@pytest.mark.parametrize(("access", "status"), [("internal", 404), ("public", 200), ("keep", 200)])
def test_a_known_access_is_taken(portal: Portal, access: str, status: int) -> None:
    assert _sent(portal, "", access=access).status_code == 202
    portal.work()
    assert portal.client().get("/dataset/ward-population").status_code == status


def test_waiting_requests_leave_threads_for_others(portal: Portal) -> None:
    with portal.app.app_context():
        while waiting().acquire(blocking=False):
            pass
    started = time.monotonic()
    answer = _sent(portal, "", prefer="wait=8")

    assert answer.status_code == 202
    assert time.monotonic() - started < 6


def _sent(portal: Portal, query: str, prefer: str = "", **form: object) -> TestResponse:
    data = {"organization": "soumu", "file": (io.BytesIO(package()), "package.zip"), **form}
    headers = portal.token(Role.PUBLISHER) | {"Prefer": prefer}
    return portal.client().post(f"/api/v1/submissions{query}", data=data, headers=headers)


def test_an_address_with_nul_is_nobodys(portal: Portal) -> None:
    form = b"email=a%00&password=correct+horse%00battery"
    answer = portal.client().post("/sign-in", data=form, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 401


@pytest.mark.parametrize("state", [[1], {}, None, 5, "unknown"])
def test_a_state_that_is_none_is_refused(portal: Portal, state: object) -> None:
    portal.publish()
    answer = portal.client().post(
        "/api/v1/datasets/ward-population/state", json={"state": state}, headers=portal.token(Role.PUBLISHER)
    )

    assert answer.status_code == 400


def test_control_characters_and_half_pairs_never_reach_the_database(portal: Portal) -> None:
    record = portal.publish()
    body = b'{"state": "withdrawn", "reason": "a\\u0000b\\ud800c\\nd"}'
    headers = portal.token(Role.PUBLISHER)
    path = "/api/v1/datasets/ward-population/state"
    answer = portal.client().post(path, data=body, headers=headers, content_type="application/json")

    assert answer.status_code == 200
    assert "abc\nd" in json_of(portal.client().get(f"/api/v1/datasets/{record.slug}"))["messages"]["ja"]


def test_words_with_nul_are_taken_everywhere(portal: Portal) -> None:
    client = portal.signed_in(Role.ADMIN)
    person = {"email": "new\0@example.jp", "name": "N\0", "role": "editor"}

    assert client.get("/api/v1/datasets?q=a%00b&publisher=%00").status_code == 200
    assert client.post("/organization/soumu/people", data=person).status_code == 200
    assert client.post("/organization/soumu/tokens", data={"name": "t\0", "scope": "read"}).status_code == 200
    assert portal.services.accounts.person("new@example.jp").name == "N"
    assert _sent(portal, "", title="t\0", notes="n\0").status_code == 202
    portal.work()
    assert portal.client().get("/dataset/ward-population").status_code == 200


def test_an_administrator_takes_a_role_away_on_the_page(portal: Portal) -> None:
    client, person = portal.signed_in(Role.ADMIN), portal.person(Role.EDITOR)
    path = f"/organization/soumu/people/{person.id}/revoke"
    assert path in client.get("/organization/soumu").text

    assert client.post(path, data={"role": "editor"}).status_code == 303
    assert portal.services.accounts.person(person.name).grants == frozenset()


def test_a_stranger_to_the_organization_takes_no_role_away(portal: Portal) -> None:
    person = portal.person(Role.EDITOR)
    stranger = portal.signed_in(Role.ADMIN, organization=portal.other_organization())

    assert stranger.post(f"/organization/soumu/people/{person.id}/revoke", data={"role": "editor"}).status_code == 404
    assert portal.services.accounts.person(person.name).grants


def test_the_page_says_that_a_known_person_got_no_link(portal: Portal) -> None:
    other = portal.other_organization()
    portal.services.accounts.invite(
        SYSTEM, email="known@example.jp", name="", role=Role.VIEWER, organization_id=other.id
    )
    form = {"email": "known@example.jp", "role": "editor"}

    page = portal.signed_in(Role.ADMIN).post("/organization/soumu/people", data=form).text

    assert "kakehashi sign-in-link" in page
    assert "/sign-in/" not in page
