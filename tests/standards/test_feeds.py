"""Feeds keep to their standards, whatever the titles are: RFC 4287, RFC 5005 and JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import feedparser  # type: ignore[import-untyped]
import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from app.catalog.record import Access, State
from app.kernel.actor import SYSTEM
from tests.factories import Portal, make_portal, package
from tests.records import HOSTILE_TITLES

SCHEMAS = Path(__file__).parents[2] / "metadata" / "schemas"
ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = ("/feed", "/publisher/soumu/feed", "/dataset/hostile-0/feed")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("feeds"))
    for number, title in enumerate(HOSTILE_TITLES[:4]):
        made.publish(package(name=f"hostile-{number}", title=title))
    made.publish(package(name="inside"), access=Access.INTERNAL)
    yield made
    made.close()


def read(portal: Portal, path: str) -> bytes:
    answer = portal.client().get(path)
    assert answer.status_code == 200, answer.text
    return answer.data


@pytest.mark.parametrize("path", [*(f"{path}.atom" for path in PATHS), "/feed.atom?q=x", "/feed.atom?lang=en"])
def test_atom_keeps_to_its_grammar_and_is_read_without_a_fault(portal: Portal, path: str) -> None:
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom-1.0.rng"))
    body = read(portal, path)
    assert grammar.validate(etree.fromstring(body)), grammar.error_log
    assert feedparser.parse(body).bozo is False


@pytest.mark.parametrize("path", [f"{path}.json" for path in PATHS])
def test_json_feeds_keep_to_their_schema(portal: Portal, path: str) -> None:
    schema = json.loads((SCHEMAS / "json-feed-1.1.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(read(portal, path)))


def test_the_grammar_refuses_a_feed_that_was_never_updated(portal: Portal) -> None:
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom-1.0.rng"))
    feed = etree.fromstring(read(portal, "/feed.atom"))
    feed.remove(feed.find(f"{ATOM}updated"))
    assert not grammar.validate(feed)


def test_pages_are_followed_to_the_end_and_have_each_public_dataset_once(portal: Portal) -> None:
    path, ids = "/feed.atom?limit=2", []
    while path:
        feed = feedparser.parse(read(portal, path))
        ids += [entry.id for entry in feed.entries]
        path = next((link.href for link in feed.feed.links if link.rel == "next"), "")
        path = path.removeprefix(portal.services.site.url)
    assert sorted(ids) == sorted(f"urn:uuid:{each}" for each in portal.services.catalog.public_ids())


def test_a_reader_who_knows_only_a_time_sees_a_withdrawal(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)
    for name in ("first", "second"):
        portal.publish(package(name=name))
    before = portal.client().get("/feed.json")
    since = {"If-Modified-Since": before.headers.get("Last-Modified") or before.headers["Date"]}
    portal.services.catalog.move(SYSTEM, "second", State.WITHDRAWN, reason="誤り")
    after = portal.client().get("/feed.json", headers=since)
    portal.close()
    assert after.status_code == 200
    assert b"second" in before.data
    assert b"second" not in after.data
