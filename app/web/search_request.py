"""Reads a search from an address: the same parameters on the page and in the API."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import Actor
from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.search.engine import Facet, Sort
from app.search.service import SearchAnswer, SearchQuery
from app.web import counting
from app.web.context import actor, answers, services
from app.web.respond import integer
from app.web.texts import clean

PAGE = 20
MAX_PAGE = 100
MAX_FILTERS = 20
MAX_FACET_VALUES = 1000
# Beyond this an answer is empty or walked to with `after`; the cost of jumping grows with the distance.
MAX_OFFSET = 1_000_000
UPDATED_FROM, UPDATED_TO = "updated_from", "updated_to"
# No value that is counted is longer.
_LONGEST_VALUE = 500
_LONGEST_CURSOR = 4000
_FACETS = {facet.value: facet for facet in Facet}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """A search and its answer."""

    query: SearchQuery
    answer: SearchAnswer


def search(*, least: int = 1, facets: tuple[Facet, ...] = tuple(Facet)) -> Found:
    """Run the search that the request asks for; `least` is the lowest `limit` that may be.

    Only `facets` are counted. Raises `BadRequest` naming a parameter that cannot be.
    """
    asked = query(least=least, facets=facets)
    answer = present(answers().find(asked), actor())
    counting.asked(asked, answer)
    return Found(asked, answer)


def present(answer: SearchAnswer, who: Actor) -> SearchAnswer:
    """Leave out of an answer what somebody may not find since a moment ago, which the index does not know yet."""
    gone = services().catalog.out_of_reach(who, [hit.document.id for hit in answer.hits])
    if not gone:
        return answer
    hits = tuple(hit for hit in answer.hits if hit.document.id not in gone)
    return replace(answer, hits=hits, total=answer.total - len(answer.hits) + len(hits))


def query(*, least: int = 1, facets: tuple[Facet, ...] = tuple(Facet)) -> SearchQuery:
    """Read what the request asks for, with `facets` counted. Raises `BadRequest` naming a parameter that cannot be."""
    given = request.args
    return SearchQuery(
        words=clean(given.get("q", "")),
        audiences=policy.audiences(actor(), Action.READ_DATASET),
        filters=_filters(given),
        updated=(_day(given, UPDATED_FROM), _day(given, UPDATED_TO)),
        sort=_sort(given.get("sort") or Sort.RELEVANCE),
        after=clean(given.get("after", "")[:_LONGEST_CURSOR]),
        offset=integer("offset", 0, low=0, high=MAX_OFFSET),
        limit=integer("limit", PAGE, low=least, high=MAX_PAGE),
        facets=facets,
    )


def _filters(given: MultiDict[str, str]) -> dict[Facet, tuple[str, ...]]:
    filters = {facet: _values(given.getlist(name)) for name, facet in _FACETS.items() if name in given}
    if sum(map(len, filters.values())) > MAX_FILTERS:
        raise BadRequest(Text("絞り込みの条件が多すぎます。", f"At most {MAX_FILTERS} filter values are taken."))
    return {facet: values for facet, values in filters.items() if values}


def _values(sent: list[str]) -> tuple[str, ...]:
    cleaned = (clean(value[:_LONGEST_VALUE]) for value in sent[: MAX_FILTERS + 1])
    return tuple(dict.fromkeys(filter(None, cleaned)))


def _day(given: MultiDict[str, str], name: str) -> date | None:
    raw = given.get(name, "").strip()
    if not raw:
        return None
    try:
        return date.fromisoformat(raw if _DAY.fullmatch(raw) else "")
    except ValueError:
        raise BadRequest(
            Text(f"{name} は 2026-04-01 のような日付で指定してください。", f"`{name}` is a date such as 2026-04-01.")
        ) from None


def _sort(raw: str) -> Sort:
    try:
        return Sort(raw)
    except ValueError:
        known = ", ".join(Sort)
        raise BadRequest(Text(f"sort は {known} のいずれかです。", f"`sort` is one of {known}.")) from None
