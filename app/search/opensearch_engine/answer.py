"""What is asked of an OpenSearch index, and read out of what it answers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.search.clauses import preferring
from app.search.engine import Ask, Facet, FacetValue, Found, Match, Sort
from app.search.keys import KEYS, key_bytes, key_text, sort_of
from app.search.keyset import key_of, token_of
from app.search.opensearch_engine.bounds import bounded
from app.search.opensearch_engine.clauses import Query, any_of, query_of
from app.search.opensearch_engine.layout import AUDIENCE, CARD, ID, REVISION, column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.search.clauses import Clause
    from app.search.opensearch_engine.server import Server

# As many values of a facet are answered; nobody reads more.
_FACET_VALUES = 1000
_MOST_VALUES = 65_000  # OpenSearch refuses more buckets than 65,535
# OpenSearch's own limit of one page, and of how deep one may jump: what lies deeper is walked to, page by page.
_PAGE = 10_000
_COUNTS = 200  # questions in one request
_IDS_ONLY = "_none_"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an order is entered: after these values of its sort keys, `None` at its beginning."""

    after: list[Any] | None
    offset: int


def found(server: Server, ask: Ask) -> Found:
    """Answer a question. Raises `BadRequest` where `after` is damaged, `NoIndex`, `Unavailable`."""
    filters = {facet: any_of(column(facet), values) for facet, values in ask.filters.items() if values}
    # A filter whose facet is counted without it narrows the results afterwards; the others narrow everything.
    loose = {facet: query for facet, query in filters.items() if facet in ask.facets}
    narrowing = [*_audience(ask.audiences), *(query for facet, query in filters.items() if facet not in loose)]
    query = {"bool": {"must": [query_of(preferring(bounded(ask.clause), ask.prior))], "filter": narrowing}}
    place = _place(ask)
    is_shallow = ask.limit + 1 + place.offset <= _PAGE
    body: dict[str, object] = {"query": query, "track_total_hits": True}
    if loose:
        body["post_filter"] = _all_of(loose.values())
    aggregations = {"aggs": {facet.value: _aggregation(facet, loose) for facet in ask.facets}} if ask.facets else {}
    page = _page_of(place, ask) if is_shallow else {"size": 0}
    answer = server.search({**body, **_order(sort_of(ask)), **page, **aggregations})
    total: int = answer["hits"]["total"]["value"]
    hits = answer["hits"]["hits"][place.offset if place.after else 0 :]
    if not is_shallow:
        hits = _deep(server, {**body, **_order(sort_of(ask)), "track_total_hits": False}, place, ask, total)
    matches = tuple(map(_match, hits[: ask.limit]))
    following = _token(sort_of(ask), hits[ask.limit - 1]["sort"]) if matches and len(hits) > ask.limit else ""
    return Found(matches, total, {facet: _counted(answer, facet) for facet in ask.facets}, following)


def counts(server: Server, clauses: Iterable[Clause], audiences: frozenset[str] | None) -> tuple[int, ...]:
    """Count what each clause matches. Raises `NoIndex`, `Unavailable`."""
    audience = _audience(audiences)
    bodies = [
        {"query": _all_of([query_of(bounded(clause)), *audience]), "size": 0, "track_total_hits": True}
        for clause in clauses
    ]
    parts = (server.search_all(bodies[start : start + _COUNTS]) for start in range(0, len(bodies), _COUNTS))
    return tuple(answer["hits"]["total"]["value"] for part in parts for answer in part)


def values(server: Server, name: str, audiences: frozenset[str] | None, limit: int) -> tuple[FacetValue, ...]:
    """Answer the most frequent values of a column. Raises `NoIndex`, `Unavailable`."""
    if limit <= 0:
        return ()
    terms = _terms(name, min(limit, _MOST_VALUES))
    answer = server.search({"query": _all_of(_audience(audiences)), "size": 0, "aggs": {"values": terms}})
    return _ranked(answer["aggregations"]["values"])


def revisions(server: Server) -> dict[str, int]:
    """Map ids to revisions. Raises `NoIndex`, `Unavailable`."""
    body: dict[str, object] = {"sort": [{ID: "asc"}], "size": _PAGE, "docvalue_fields": [REVISION]}
    hits = _walk(server, {**body, "stored_fields": _IDS_ONLY, "track_total_hits": False}, None)
    return {hit["sort"][0]: int(hit["fields"][REVISION][0]) for hit in hits}


def _place(ask: Ask) -> _Place:
    if not ask.after:
        return _Place(None, ask.offset)
    sort = sort_of(ask)
    key = key_of(sort, ask.after)
    if sort is Sort.RELEVANCE:
        return _Place(list(msgspec.json.decode(key, type=tuple[float, str])), ask.offset)
    return _Place([key_text(key)], ask.offset)


def _token(sort: Sort, place: list[Any]) -> str:
    """Write the last place of a page down. Keys are unique, as ids are among equal scores."""
    return token_of(sort, msgspec.json.encode(place) if sort is Sort.RELEVANCE else key_bytes(place[0]))


def _order(sort: Sort) -> dict[str, object]:
    if sort is Sort.RELEVANCE:
        return {"sort": [{"_score": "desc"}, {ID: "asc"}]}
    return {"sort": [{KEYS[sort]: "asc"}]}


def _page_of(place: _Place, ask: Ask) -> dict[str, object]:
    """Ask for one more than is shown, to know whether there is more. After a place nothing can be jumped over."""
    stored = {"stored_fields": [CARD]}
    if not ask.limit:
        return {"size": 0}
    if place.after:
        return {"search_after": place.after, "size": place.offset + ask.limit + 1, **stored}
    return {"from": place.offset, "size": ask.limit + 1, **stored}


def _deep(server: Server, body: dict[str, object], place: _Place, ask: Ask, total: int) -> list[Any]:
    """Walk to where a page begins, ten thousand places a request, and then through the page, however long."""
    if place.offset >= total or not ask.limit:
        return []
    after, offset = place.after, place.offset
    while offset:
        step = min(offset, _PAGE)
        after = _last(server, {**body, "size": step, "stored_fields": _IDS_ONLY}, after)
        if after is None:
            return []
        offset -= step
    hits = _walk(server, {**body, "size": min(ask.limit + 1, _PAGE), "stored_fields": [CARD]}, after)
    wanted = []
    for hit in hits:
        wanted.append(hit)
        if len(wanted) > ask.limit:
            break
    return wanted


def _last(server: Server, body: dict[str, object], after: list[Any] | None) -> list[Any] | None:
    hits = server.search({**body, **_after(after)})["hits"]["hits"]
    return hits[-1]["sort"] if len(hits) == body["size"] else None


def _walk(server: Server, body: dict[str, object], after: list[Any] | None) -> Iterator[Any]:
    while True:
        hits = server.search({**body, **_after(after)})["hits"]["hits"]
        yield from hits
        if len(hits) != body["size"]:
            return
        after = hits[-1]["sort"]


def _after(after: list[Any] | None) -> dict[str, object]:
    return {"search_after": after} if after else {}


def _match(hit: Any) -> Match:
    # OpenSearch leaves an empty field out.
    [card] = hit.get("fields", {}).get(CARD, [""])
    return Match(hit["_id"], float(hit["_score"] or 0.0), base64.b64decode(card))


def _audience(audiences: frozenset[str] | None) -> list[Query]:
    return [] if audiences is None else [any_of(AUDIENCE, audiences)]


def _all_of(queries: Iterable[Query]) -> Query:
    return {"bool": {"filter": list(queries)}}


def _aggregation(facet: Facet, loose: Mapping[Facet, Query]) -> dict[str, object]:
    """Count a facet with all filters but its own."""
    others = [query for other, query in loose.items() if other is not facet]
    return {"filter": _all_of(others), "aggs": {"values": _terms(facet, _FACET_VALUES)}}


def _terms(name: str, size: int) -> dict[str, object]:
    return {"terms": {"field": column(name), "size": size, "order": [{"_count": "desc"}, {"_key": "asc"}]}}


def _counted(answer: Any, facet: Facet) -> tuple[FacetValue, ...]:
    return _ranked(answer["aggregations"][facet.value]["values"])


def _ranked(aggregation: Any) -> tuple[FacetValue, ...]:
    return tuple(FacetValue(str(bucket["key"]), int(bucket["doc_count"])) for bucket in aggregation["buckets"])
