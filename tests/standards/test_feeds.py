"""Feeds keep to their standards, whatever the titles are: RFC 4287, RFC 5005 and JSON Feed 1.1."""

from __future__ import annotations

import json
from pathlib import Path

import feedparser  # type: ignore[import-untyped]
import pytest
from jsonschema import Draft202012Validator
from lxml import etree  # type: ignore[import-untyped]

from app.catalog.record import State
from app.kernel.actor import SYSTEM
from tests.factories import Portal, make_portal
from tests.standards.catalogue import publish, receive, small_catalogue  # noqa: F401 - a fixture, found by its name

SCHEMAS = Path(__file__).parents[2] / "metadata" / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = ("/feed", "/publisher/soumu/feed", "/dataset/public-1/feed")


def read(catalogue: Portal, path: str) -> bytes:
    answer = catalogue.client().get(path)
    assert answer.status_code == 200, answer.text
    body: bytes = answer.data
    return body


@pytest.mark.parametrize("path", [*(f"{path}.atom" for path in PATHS), "/feed.atom?q=x", "/feed.atom?lang=en"])
def test_atom_keeps_to_its_grammar_and_is_read_without_a_fault(catalogue: Portal, path: str) -> None:
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom-1.0.rng"))
    body = read(catalogue, path)
    assert grammar.validate(etree.fromstring(body)), grammar.error_log
    assert feedparser.parse(body).bozo is False


@pytest.mark.parametrize("path", [f"{path}.json" for path in PATHS])
def test_json_feeds_keep_to_their_schema(catalogue: Portal, path: str) -> None:
    schema = json.loads((SCHEMAS / "json-feed-1.1.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(read(catalogue, path)))


def test_the_grammar_refuses_a_feed_that_was_never_updated(catalogue: Portal) -> None:
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom-1.0.rng"))
    feed = etree.fromstring(read(catalogue, "/feed.atom"))
    feed.remove(feed.find(f"{ATOM}updated"))
    assert not grammar.validate(feed)


def test_pages_are_followed_to_the_end_and_have_each_public_dataset_once(catalogue: Portal) -> None:
    path, ids = "/feed.atom?limit=2", []
    while path:
        feed = feedparser.parse(read(catalogue, path))
        ids += [entry.id for entry in feed.entries]
        path = next((link.href for link in feed.feed.links if link.rel == "next"), "")
        path = path.removeprefix(catalogue.services.site.url)
    assert sorted(ids) == sorted(f"urn:uuid:{each}" for each in catalogue.services.catalog.public_ids())


def test_a_reader_who_knows_only_a_time_sees_a_withdrawal(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    for name in ("first", "second"):
        receive(portal, name)
    publish(portal)
    before = portal.client().get("/feed.json")
    since = {"If-Modified-Since": before.headers.get("Last-Modified") or before.headers["Date"]}
    portal.services.catalog.move(SYSTEM, "second", State.WITHDRAWN, reason="誤り")
    after = portal.client().get("/feed.json", headers=since)
    portal.close()
    assert after.status_code == 200
    assert b"second" in before.data
    assert b"second" not in after.data
