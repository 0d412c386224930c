"""Reads a search from an address: the same parameters on the page and in the API."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from app.identity import policy
from app.identity.policy import Action
from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.search.engine import Facet, SearchAnswer, SearchQuery, Sort
from app.search.service import MAX_OFFSET
from app.web.context import actor, services
from app.web.respond import integer
from app.web.texts import clean

PAGE = 20
MAX_PAGE = 100
MAX_FILTERS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A search and its answer."""

    query: SearchQuery
    answer: SearchAnswer


def search() -> Found:
    """Run the search that the request asks for. Raises `BadRequest` naming a parameter that cannot be."""
    query = SearchQuery(
        words=clean(request.args.get("q", "")),
        audiences=policy.audiences(actor(), Action.READ_DATASET),
        filters=_filters(),
        sort=_sort(),
        offset=integer("offset", 0, low=0, high=MAX_OFFSET),
        limit=integer("limit", PAGE, low=1, high=MAX_PAGE),
    )
    return Found(query, services().search.search(query))


def _filters() -> dict[Facet, tuple[str, ...]]:
    filters = {facet: tuple(filter(None, request.args.getlist(facet.value))) for facet in Facet}
    if sum(len(values) for values in filters.values()) > MAX_FILTERS:
        raise BadRequest(Text("絞り込みの条件が多すぎます。", f"At most {MAX_FILTERS} filter values are taken."))
    return {facet: values for facet, values in filters.items() if values}


def _sort() -> Sort:
    raw = request.args.get("sort") or Sort.RELEVANCE
    try:
        return Sort(raw)
    except ValueError:
        known = ", ".join(Sort)
        raise BadRequest(Text(f"sort は {known} のいずれかです。", f"`sort` is one of {known}.")) from None
