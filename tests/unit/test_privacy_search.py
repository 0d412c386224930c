"""Nothing that helps a reader to search tells of a dataset that they may not read: no suggestion, facet or topic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import wiring
from app.catalog.record import Access, State
from app.kernel.actor import SYSTEM, Role
from app.search.demand.searched import LEAST_DAYS, LEAST_TIMES
from tests.factories import Portal, json_of, make_portal, package
from tests.unit.test_privacy import _plain as plain

# No word has the beginning of another one, so that what is typed tells nothing of what should come.
TITLE, KEYWORD, COLUMN, CELL, NOTES = "ブルガドル", "ガンブレット", "ミルファネン", "トルケスタン", "ヴェスパリオ"
NAMED = {"title": TITLE, "keyword": KEYWORD, "column": COLUMN}
OTHERS = {"cell": CELL, "description": NOTES}
SLUG, BUREAU = "zz-secret-slug", "zz-secret-bureau"
# Values of facets that no other dataset has.
FACETS = {"publisher": BUREAU, "theme": "ENER", "place": "133086", "period": "1987", "license": "CC0-1.0"}
SUGGESTED = {f"suggest {part}" for part in (*NAMED, "slug")}
CORRECTED = {f"did you mean {part}" for part in NAMED}
FOUND = {f"found {part}" for part in (*NAMED, *OTHERS)}
EVERYTHING = SUGGESTED | CORRECTED | FOUND | {f"facet {name}" for name in FACETS} | {"topic"}
# Typed wrongly, one letter beside the word.
SLIPS = {"title": "ブルカドル", "keyword": "ガンブレッド", "column": "ミルフォネン"}
PATHS = ("/?q=", "/api/v1/datasets?q=", "/feed.json?q=", "/?sort=title&publisher=soumu&q=")


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """Make a portal on SQLite alone, with a dataset that everybody may read."""
    made = make_portal(tmp_path)
    made.publish()
    yield made
    made.close()


def publish(portal: Portal, access: Access) -> None:
    """Publish a dataset of a bureau that has no other one, in a portal that nobody has asked anything yet."""
    words = {
        "title": f"{TITLE}の記録",
        "description": f"{NOTES}を毎年数えた結果です。",
        "keywords": [KEYWORD],
        "themes": ["ENER"],
        "spatial": ["奥多摩町"],
        "temporal": "1987-01-01/1987-12-31",
        "licenses": [{"name": "CC0-1.0"}],
        "resources": [{"name": "counts", "path": "counts.csv"}],
    }
    content = package({"counts.csv": f"番号,{COLUMN}\n1,{CELL}\n2,杉並\n"}, name=SLUG, **words)
    portal.publish(content, access=access, organization=portal.other_organization(BUREAU))
    portal.work()


def told(portal: Portal, client: FlaskClient) -> set[str]:
    """Ask in every way that a search helps, and name what was learnt of the dataset."""
    learnt = {f"suggest {part}" for part, word in NAMED.items() if word in suggested(client, word[:3])}
    learnt |= {"suggest slug"} if SLUG in suggested(client, TITLE[:4]) else set()
    learnt |= {
        f"did you mean {part}"
        for part, slip in SLIPS.items()
        for path in PATHS[:2]
        if NAMED[part] in plain(client.get(path + slip).text)
    }
    learnt |= {
        f"found {part}"
        for part, word in (NAMED | OTHERS).items()
        for path in PATHS
        if SLUG in plain(client.get(path + word).text)
    }
    facets = json_of(client.get("/api/v1/datasets?limit=0"))["facets"]
    learnt |= {f"facet {name}" for name, value in FACETS.items() if value in {each["value"] for each in facets[name]}}
    return learnt | topic(portal)


def suggested(client: FlaskClient, typed: str) -> str:
    return plain(client.get("/api/v1/suggest", query_string={"q": typed, "limit": "20"}).text)


def topic(portal: Portal) -> set[str]:
    """Say whether the list of what is searched for in vain names the dataset's bureau for its words."""
    today = portal.services.clock().date()
    words = f"{TITLE} {KEYWORD} {COLUMN} {CELL}"
    with portal.services.database.write() as session:
        counts = {(words, today - timedelta(days=day)): LEAST_TIMES for day in range(LEAST_DAYS)}
        portal.services.demand.searched.keep(session, counts)
        session.commit()
    wiring.refresh_demand(portal.services)
    topics = portal.services.demand.topics.list(SYSTEM)
    assert [each.words for each in topics] == [words]
    return {"topic"} if topics[0].organization_ids else set()


def test_all_of_it_tells_of_what_everybody_may_read(portal: Portal) -> None:
    publish(portal, Access.PUBLIC)

    assert told(portal, portal.client()) == EVERYTHING


def test_nothing_tells_a_stranger_or_another_bureau_of_what_is_internal(portal: Portal) -> None:
    publish(portal, Access.INTERNAL)

    for reader in (portal.client(), portal.signed_in(Role.ADMIN)):
        assert told(portal, reader) == set()


def test_what_was_withdrawn_is_gone_before_the_index_knows(portal: Portal) -> None:
    publish(portal, Access.PUBLIC)
    client = portal.client()
    addresses = [path + TITLE for path in (*PATHS, "/api/v1/suggest?q=")]
    assert all(TITLE in plain(client.get(address).text).replace(f"q={TITLE}", "") for address in addresses)

    portal.services.catalog.move(SYSTEM, SLUG, State.WITHDRAWN, reason="誤りがありました。")

    for reader in (client, portal.signed_in(Role.ADMIN)):
        for address in addresses:
            assert SLUG not in plain(reader.get(address).text)
        assert json_of(reader.get(addresses[1]))["total"] == 0


def test_nothing_tells_of_what_was_withdrawn(portal: Portal) -> None:
    publish(portal, Access.PUBLIC)
    portal.services.catalog.move(SYSTEM, SLUG, State.WITHDRAWN, reason="誤りがありました。")
    portal.work()

    assert told(portal, portal.client()) == set()
