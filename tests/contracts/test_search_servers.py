"""What an engine on a server must do besides: it is spoken to over a network, shared, and kept from talking."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from opensearchpy import OpenSearch

from app.kernel.errors import Unavailable
from app.search.clauses import Any, Boosted, Everything, Term
from app.search.engine import Ask, Sort
from app.search.opensearch_engine import OpenSearchEngine, answer, engine, server
from app.search.opensearch_engine.layout import LAYOUT
from tests.contracts.test_search_engines import entry, ids, many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.search.engine import Entry

pytestmark = pytest.mark.xdist_group("opensearch")

NOBODY = "http://somebody:very-secret@127.0.0.1:9/portal"


@pytest.fixture
def name() -> str:
    return f"t{uuid4().hex}"


@pytest.fixture
def url(opensearch_url: str, name: str) -> str:
    return f"{opensearch_url}/{name}"


def indexes(opensearch_url: str, name: str) -> set[str]:
    return set(OpenSearch(opensearch_url).indices.get(index=f"{name}*", params={"allow_no_indices": "true"}))


def test_a_server_that_does_not_answer_is_unavailable_and_its_password_is_told_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    portal = OpenSearchEngine(NOBODY)
    for ask in (
        lambda: portal.search(Ask()),
        lambda: portal.put([entry("a")]),
        lambda: portal.remove(["a"]),
        lambda: portal.rebuild([]),
        lambda: portal.count([Everything()], None),
        lambda: portal.values("format", None, 1),
        portal.revisions,
        portal.stamp,
    ):
        with pytest.raises(Unavailable) as caught:
            ask()
        assert str(caught.value.message.en) == server.UNREACHABLE.en
    assert caplog.text
    assert "secret" not in caplog.text


def test_a_password_with_signs_in_it_is_sent_as_it_is() -> None:
    portal = OpenSearchEngine("http://us%40er:p%2Fw%3A@127.0.0.1:9")
    [connection] = portal._server._client.transport.connection_pool.connections
    assert connection.headers["authorization"] == "Basic dXNAZXI6cC93Og=="


@pytest.mark.parametrize("address", ["ftp://a", "http://", "http://h/UPPER", "http://h/a/b", "http://h/*", "x"])
def test_an_address_that_is_none_is_refused_without_saying_it(address: str) -> None:
    with pytest.raises(ValueError, match="OpenSearch's address is") as caught:
        OpenSearchEngine(address)
    assert address not in str(caught.value) or address == "x"


def test_what_the_server_refuses_is_unavailable_without_its_words(url: str) -> None:
    portal = OpenSearchEngine(url)
    portal.put([entry("a", "x")])
    with pytest.raises(Unavailable) as caught:
        portal.search(Ask(Boosted(Term("title", "x"), -1.0)))
    assert caught.value.message == server.UNREACHABLE


@pytest.mark.parametrize("sort", Sort)
def test_one_may_jump_and_walk_deeper_than_one_page_of_the_servers(
    url: str, sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = OpenSearchEngine(url)
    portal.put(many(60))
    clause = Term("title", "x")
    order = ids(portal, clause, sort=sort, limit=60)
    monkeypatch.setattr(answer, "_PAGE", 7)
    assert ids(portal, clause, sort=sort, limit=60) == order
    for offset in (6, 7, 14, 50, 59, 60, 10**12):
        assert ids(portal, clause, sort=sort, offset=offset, limit=3) == order[offset : offset + 3]
    after = portal.search(Ask(clause, sort=sort, limit=10)).next
    assert ids(portal, clause, sort=sort, after=after, offset=20, limit=10) == order[30:40]
    assert len(portal.revisions()) == 60


def test_a_question_of_many_hundred_clauses_is_answered(url: str) -> None:
    portal = OpenSearchEngine(url)
    portal.put([entry("a", "w1 w2")])
    words = tuple(Term("title", f"w{number}") for number in range(1000))
    assert ids(portal, Any(words)) == ["a"]


def test_entries_of_more_than_one_request_are_found_together(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_REQUEST_BYTES", 2000)
    portal = OpenSearchEngine(url)
    portal.put(many(40))
    assert portal.search(Ask()).total == 40
    assert portal.rebuild(many(30)) == 30
    assert portal.search(Ask()).total == 30


def test_a_rebuild_leaves_one_index_whether_it_succeeds_or_fails(opensearch_url: str, url: str, name: str) -> None:
    def failing() -> Iterator[Entry]:
        yield entry("b")
        raise LookupError

    portal = OpenSearchEngine(url)
    portal.put([entry("a")])
    portal.rebuild([entry("c")])
    with pytest.raises(LookupError):
        portal.rebuild(failing())
    assert ids(portal) == ["c"]
    assert len(indexes(opensearch_url, name)) == 1


def test_what_a_killed_rebuild_left_goes_after_a_day_and_what_is_anothers_stays(
    opensearch_url: str, url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, left, others = OpenSearch(opensearch_url), f"{name}-1-{'1' * 32}", f"{name}-1-{LAYOUT}-{'1' * 32}"
    for index in (left, others):
        client.indices.create(index=index)
    portal = OpenSearchEngine(url)
    portal.rebuild([])
    assert left in indexes(opensearch_url, name)
    monkeypatch.setattr(engine, "_DAY", -1000)
    portal.rebuild([])
    assert left not in indexes(opensearch_url, name)
    assert others in indexes(opensearch_url, name)


def test_writers_that_begin_at_once_make_one_index(opensearch_url: str, url: str, name: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: OpenSearchEngine(url).put([entry(f"e{number}")]), range(4)))
    assert ids(OpenSearchEngine(url), sort=Sort.TITLE) == ["e0", "e1", "e2", "e3"]
    assert len(indexes(opensearch_url, name)) == 1


def test_an_alias_that_was_taken_away_is_made_again(opensearch_url: str, url: str, name: str) -> None:
    portal = OpenSearchEngine(url)
    portal.put([entry("a")])
    OpenSearch(opensearch_url).indices.delete_alias(index="_all", name=f"{name}-{LAYOUT}")
    assert (ids(portal), portal.stamp()) == ([], "")
    portal.put([entry("b")])
    assert ids(portal) == ["b"]


def test_no_reader_meets_an_empty_index_while_it_is_rebuilt_over_and_over(url: str) -> None:
    portal, met = OpenSearchEngine(url), set[int]()
    portal.rebuild([entry("a")])
    with ThreadPoolExecutor(1) as pool:
        rebuilding = pool.submit(lambda: [portal.rebuild([entry("a")]) for _ in range(3)])
        while not rebuilding.done():
            met.add(portal.search(Ask()).total)
    assert met == {1}
