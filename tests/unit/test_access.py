"""No route gives a stranger, another bureau or another site what is not theirs."""

from __future__ import annotations

import pytest
from werkzeug.routing import Rule as Route

from app.catalog.record import Access
from app.kernel.actor import Role
from app.web.pages.sign_in import safe_next
from tests.factories import PASSWORD, Portal, package

CANARY = "極秘の題名"
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
        "filename": "base.css",
        "code": "type-error",
    }


def address(route: Route, values: dict[str, str]) -> str:
    path = route.rule
    for name in route.arguments:
        start = path.index("<")
        path = path[:start] + values[name] + path[path.index(">") + 1 :]
    return path


def test_no_route_shows_anybody_else_what_is_hidden(portal: Portal) -> None:
    values = hidden(portal)
    other = portal.other_organization()
    readers = [portal.client(), portal.signed_in(Role.ADMIN, organization=other)]
    tried = 0
    for route in portal.app.url_map.iter_rules():
        methods = (route.methods or set()) - {"HEAD", "OPTIONS"}
        for method in methods:
            for reader in readers:
                answer = reader.open(address(route, values), method=method, headers=PAGE)
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
