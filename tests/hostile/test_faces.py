"""Requests that lie about where they go, who sends them and what they accept: answers stay right, and one reader's."""

from __future__ import annotations

from collections.abc import Iterator
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask, Response
from werkzeug.test import Client

from app.catalog.record import Access, State
from app.kernel.actor import SYSTEM, Role
from app.web.respond import Ready, keep_ready
from tests.factories import Portal, make_portal, package

SLUG = "ward-population"
READERS: tuple[dict[str, str], ...] = (
    {},
    {"Accept": "text/html"},
    {"Accept": "text/html", "Accept-Language": "en"},
    {"Accept": "text/turtle"},
    {"Accept": "application/json"},
    {"Accept": "*/*", "Accept-Profile": "<http://mlcommons.org/croissant/1.1>"},
    {"Accept": "image/png"},
    {"Accept": "text/html", "Cookie": "kakehashi_lang=en"},
    {"Accept": "text/turtle", "Authorization": "Basic eDp5"},
    {"Accept": "text/html", "Range": "bytes=0-3"},
    {"Accept": "text/html", "Host": "evil.example"},
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("faces"))
    made.publish()
    made.describe()
    yield made
    made.close()


@pytest.mark.parametrize("path", [f"//dataset//{SLUG}", f"/dataset//{SLUG}.ttl", "/api/v1//datasets"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:x", "e vil", ""])
def test_no_redirect_leads_to_the_host_that_a_request_names(portal: Portal, path: str, host: str) -> None:
    # The address as a server hands it over: a client's own reading of two slashes is left out.
    answer = portal.client().get("/", environ_overrides={"PATH_INFO": path, "HTTP_HOST": host})

    assert (answer.status_code, answer.headers["Location"]) == (308, path.replace("//", "/"))
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "path", [f"/dataset/{SLUG}", f"/dataset/{SLUG}.md", "/catalog.ttl", "/feed.atom", "/openapi.json"]
)
def test_no_answer_names_the_host_that_a_request_names(portal: Portal, path: str) -> None:
    answer = portal.client().get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 200
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", "http://localhost.evil.example", "localhost"])
def test_an_origin_that_is_no_address_of_ours_is_refused(portal: Portal, origin: str) -> None:
    client = portal.signed_in(Role.PUBLISHER)

    assert client.post(f"/dataset/{SLUG}/edit", headers={"Origin": origin}).status_code == 403


def test_the_score_is_worked_out_for_nobody_elses_page(portal: Portal) -> None:
    client = portal.signed_in(Role.PUBLISHER)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}

    assert client.post(f"/dataset/{SLUG}/edit/score", headers=elsewhere).status_code == 403
    assert client.post(f"/api/v1/datasets/{SLUG}/score", headers=elsewhere).status_code == 403
    assert portal.client().post(f"/api/v1/datasets/{SLUG}/score").status_code == 401


def test_what_one_reader_got_is_given_to_no_other_kind_of_reader(portal: Portal) -> None:
    """Each reader, after every other one, gets what the first request of all would have got."""
    path = f"/dataset/{SLUG}"
    fresh = [_told(portal, path, headers) for headers in READERS if _forget(portal)]
    for _ in range(2):
        for method in ("HEAD", "GET"):
            for headers in READERS:
                portal.client().open(path, method=method, headers=headers)

    assert [_told(portal, path, headers) for headers in READERS] == fresh


def test_a_signed_in_reader_gets_neither_what_is_kept_nor_leaves_anything(portal: Portal) -> None:
    path = f"/dataset/{SLUG}"
    _forget(portal)
    own = portal.signed_in(Role.PUBLISHER).get(path, headers={"Accept": "text/html"})
    public = portal.client().get(path, headers={"Accept": "text/html"})

    assert own.headers["Cache-Control"] == "private, no-store"
    assert public.headers["Cache-Control"] == "public, no-cache"
    assert f"{path}/edit" in own.text
    assert f"{path}/edit" not in public.text


def test_the_description_of_what_is_withdrawn_is_gone_at_once(portal: Portal) -> None:
    record = portal.publish(package(name="short-lived"))
    paths = [f"/dataset/short-lived{suffix}" for suffix in ("", ".ttl", ".md", "/linkset", "/croissant.json")]
    for path in paths:
        assert portal.client().get(path).status_code == portal.client().get(path).status_code == 200
    portal.services.catalog.move(SYSTEM, record.slug, State.WITHDRAWN, reason="誤り")

    assert {portal.client().get(path).status_code for path in paths} == {410}


def test_what_is_internal_is_kept_for_nobody(portal: Portal) -> None:
    portal.publish(package(name="inner"), access=Access.INTERNAL)
    token = portal.token(Role.PUBLISHER, scopes=("read", "publish"))

    assert portal.client().get("/dataset/inner.ttl", headers=token).status_code == 200
    assert portal.client().get("/dataset/inner.ttl").status_code == 404


def test_ever_new_headers_fill_no_memory() -> None:
    kept = Ready(_answering("x" * 10), lambda: 1, room=100_000)
    for number in range(500):
        _get(kept, {"Accept-Language": f"x-{number}-{'y' * 800}"})

    assert sum(entry.room(key) for key, entry in kept._kept.items()) <= 100_000
    assert 0 < len(kept._kept) < 50


def test_an_error_that_takes_an_answers_place_is_not_kept() -> None:
    app = Flask("t")
    told = iter(range(10))

    @app.get("/")
    def view() -> Response:
        answer = Response("good")
        answer.set_etag("e")
        return keep_ready(answer)

    @app.after_request
    def break_once(answer: Response) -> Response:
        answer.headers["Cache-Control"] = "public"
        if next(told) == 0:
            message = "the disk is full"
            raise OSError(message)
        return answer

    kept = Ready(app.wsgi_app, lambda: 1)

    assert [_get(kept, {}) for _ in range(3)] == [500, 200, 200]


@pytest.mark.parametrize("asked", ["/ns/%0d%0aERROR:%20forged", "/ns/a%20b", "/ns/%22%3E", "/ns/ai-use/%0aforged"])
def test_a_term_that_is_no_name_leaves_nothing_in_the_log(
    portal: Portal, caplog: pytest.LogCaptureFixture, asked: str
) -> None:
    assert portal.client().get(asked).status_code == 404
    assert caplog.text == ""


def test_a_client_that_knows_only_json_is_led_to_the_list_of_datasets(portal: Portal) -> None:
    answer = portal.client().get("/catalog", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/data.json")


def test_a_time_as_long_as_an_address_makes_no_long_header(portal: Portal) -> None:
    answer = portal.client().get(f"/catalog.ttl?modified_since=2020-01-01T00:00:00.{'0' * 3000}")

    assert answer.status_code == 200
    assert len(answer.headers["Link"]) < 1000


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("graph", ["no address", "relative", "http://x/\ud800".encode("utf-8", "surrogatepass"), "<>"])
def test_a_graph_whose_name_is_no_address_is_the_askers_mistake(
    portal: Portal, caplog: pytest.LogCaptureFixture, name: str, graph: str | bytes
) -> None:
    answer = portal.client().post("/sparql", data={"query": "ASK { ?s ?p ?o }", name: graph})

    assert answer.status_code == 400
    assert caplog.text == ""


@pytest.mark.parametrize("half", ["\\uD800", "\\uDFFF", "\\U0000DC00"])
def test_half_a_pair_in_a_query_is_the_askers_mistake(portal: Portal, half: str) -> None:
    for query in (
        f"ASK FROM <http://x/{half}> {{ ?s ?p ?o }}",
        f'ASK {{ ?s ?p "{half}" }}',
        f"ASK {{ ?{half} ?p ?o }}",
    ):
        assert portal.client().post("/sparql", data={"query": query}).status_code == 400


def _answering(words: str) -> WSGIApplication:
    app = Flask("t")

    @app.get("/")
    def view() -> Response:
        answer = Response(words, headers={"Cache-Control": "public"})
        answer.set_etag("e")
        return keep_ready(answer)

    return app.wsgi_app


def _get(application: WSGIApplication, headers: dict[str, str]) -> int:
    return Client(application).get("/", headers=headers).status_code


def _forget(portal: Portal) -> bool:
    """Commit something, so that nothing that is kept is true any more."""
    with portal.services.database.write() as session:
        session.connection().exec_driver_sql("UPDATE datasets SET revision = revision")
        session.commit()
    return True


def _told(portal: Portal, path: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
    answer = portal.client().get(path, headers=headers)
    return answer.status_code, answer.data, {name: value for name, value in answer.headers if name != "Date"}
