"""What not everybody may read is in nothing that everybody gets, once all jobs are done; and goes when withdrawn."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import wiring
from app.catalog.record import Access, DatasetRecord, State
from app.kernel.actor import SYSTEM
from tests.factories import Portal, make_portal, package
from tests.unit.test_access import PAGE, address, chosen

CANARY = "極秘の鶴"
SECRET = "hidden-crane"
EVERYTHING = {"query": "SELECT * { ?s ?p ?o }"}
# Kinds of answers beside the page, so that each negotiated representation is looked at too.
NEGOTIATED = re.compile(r"/dataset/[^/.]+(?:/v/1)?|/catalog|/sparql|/ns/\w+")
ACCEPTED = ("*/*", "text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples")


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal on SQLite alone: it takes a while, and what is asked of the database does not matter here."""
    made = make_portal(tmp_path)
    yield made
    made.close()


def publish(portal: Portal, access: Access) -> DatasetRecord:
    """Publish one with the words beside an open one that is of the same series; do all jobs."""
    portal.publish(package(name="open-crane", title="鶴の数 令和6年度"))
    words = {"title": "鶴の数 令和7年度", "description": CANARY, "keywords": [CANARY]}
    record = portal.publish(
        package({"population.csv": f"コード,名称,人口\n1,{CANARY},2\n"}, name=SECRET, **words), access=access
    )
    portal.describe()
    # Jobs that write the dumps after a publication wait for more changes to come.
    portal.services.dumps.refresh()
    return record


def surfaces(portal: Portal, record: DatasetRecord) -> Iterator[tuple[str, str]]:
    """Ask every address that can be read, in every representation, and answer what came."""
    values = {
        "suffix": "csv",
        "day": "2026-11-28",
        "slug": record.slug,
        "resource_id": record.resources[0].id if record.resources else "0",
        "name": "population",
        "number": "1",
        "file": "population.csv",
        "publisher": "soumu",
        "key": record.in_series.slug.partition(".")[2] if record.in_series else "0",
        "code": "type-error",
        "extension": "foo",
        "stem": "foo",
        "secret": "x",
        "filename": "base.css",
        "submission_id": "0",
        "agent_id": "01a00000-0000-7000-8000-000000000000",
    }
    client = portal.client()
    slugs = (record.slug, "open-crane", "soumu")
    asked = {
        address(path, values | {"slug": slug})
        for route in portal.app.url_map.iter_rules()
        if "GET" in (route.methods or ())
        for path in chosen(route.rule)
        for slug in slugs
    }
    for path in sorted(asked):
        for accept in (PAGE["Accept"], *(ACCEPTED if NEGOTIATED.fullmatch(path) else ())):
            answer = client.get(path, headers={"Accept": accept})
            body = gzip.decompress(answer.data) if path.endswith(".gz") and answer.status_code == 200 else answer.data
            yield path, body.decode(errors="replace") + str(answer.headers)
    for accept in ("text/csv", "application/sparql-results+json"):
        yield "/sparql", client.get("/sparql", query_string=EVERYTHING, headers={"Accept": accept}).text
    for path in ("/?q=", "/api/v1/datasets?q=", "/feed.atom?q=", "/feed.json?q="):
        yield path, client.get(path + CANARY[-1]).text
    yield "/api/v1/suggest", client.get("/api/v1/suggest?q=" + CANARY[:3]).text


def test_every_surface_is_looked_at(portal: Portal) -> None:
    record = publish(portal, Access.PUBLIC)
    telling = _telling(portal, record)

    for path in (
        *("/", "/catalog", "/catalog.ttl", "/catalog.nq.gz", "/catalog.jsonl.gz", "/catalog.csv", "/data.json"),
        *("/llms-full.txt", "/feed.atom", "/feed.json", "/sparql", "/api/v1/datasets", "/publisher/soumu"),
        *(f"/dataset/{record.slug}{suffix}" for suffix in ("", ".ttl", ".md", "/croissant.json", "/v/1.nt")),
    ):
        assert path in telling


def test_what_is_internal_is_nowhere_once_all_jobs_are_done(portal: Portal) -> None:
    record = publish(portal, Access.INTERNAL)

    assert _telling(portal, record) == set()


def test_what_is_withdrawn_is_gone_from_everywhere_once_all_jobs_are_done(portal: Portal) -> None:
    record = publish(portal, Access.PUBLIC)
    portal.services.catalog.move(SYSTEM, record.slug, State.WITHDRAWN, reason="誤りがありました。")
    portal.describe()

    assert _telling(portal, record) == set()


def _telling(portal: Portal, record: DatasetRecord) -> set[str]:
    """Name the addresses that tell of it. A slug that was asked for may stand in the answer: the reader knows it."""
    return {
        path
        for path, words in surfaces(portal, record)
        if CANARY in _plain(words) or (record.id in words) or (record.slug in words and record.slug not in path)
    }


def _plain(words: str) -> str:
    r"""Undo the `\u` of JSON and N-Triples."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), words)


def test_what_is_withdrawn_leaves_sparql_before_any_description_is_made(portal: Portal) -> None:
    record = publish(portal, Access.PUBLIC)
    client = portal.client()
    assert CANARY in client.get("/sparql", query_string=EVERYTHING, headers={"Accept": "text/csv"}).text

    portal.services.catalog.move(SYSTEM, record.slug, State.WITHDRAWN, reason="誤りがありました。")
    portal.work()

    assert CANARY not in client.get("/sparql", query_string=EVERYTHING, headers={"Accept": "text/csv"}).text


def test_what_the_triple_store_has_wrong_is_mended(portal: Portal) -> None:
    record = publish(portal, Access.PUBLIC)
    graph = f"{portal.services.site.url}/dataset/{record.slug}"
    portal.services.triples.drop(graph)
    portal.services.triples.put(f"{portal.services.site.url}/dataset/gone", 1, b"<urn:a> <urn:b> <urn:c> .\n")
    portal.services.triples.publish()

    assert wiring.mend_descriptions(portal.services) == 2

    assert graph in portal.services.triples.revisions()
    assert wiring.mend_descriptions(portal.services) == 0
