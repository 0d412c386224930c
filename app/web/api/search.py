"""`/api/v1/datasets` and `/api/v1/suggest`: search for programs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response
from msgspec import Raw, Struct
from msgspec.json import encode

from app.catalog import addresses
from app.identity import policy
from app.identity.policy import Action
from app.search.answer import Reason, SuggestionKind, Where
from app.search.engine import Facet
from app.search.excerpt import excerpts
from app.web.access import EVERYBODY, rule
from app.web.api import blueprint, shapes
from app.web.context import actor, facet_words, services, url_with
from app.web.facet_words import arranged, place_name
from app.web.headers import HEADER_BYTES, TypedLink
from app.web.interface import Interface, describes, json
from app.web.marking import html
from app.web.parameters import read
from app.web.respond import json_answer
from app.web.search_parameters import Searching, Typed
from app.web.search_request import Found, search
from app.web.texts import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.catalog.addresses import Site
    from app.kernel.text import Text
    from app.search.engine import FacetValue
    from app.search.service import Hit, SearchAnswer, Suggestion

# Whoever types the same again is answered by their own browser; nobody else may keep it.
SUGGESTED_FOR = "private, max-age=30"
# Looking a member of an enumeration up takes longer than most that is done for a hit.
_PLACE = Where.PLACE
# Nine facets of a hundred values, four times.
KEPT = 4096
_TITLE_LENGTH, _DESCRIPTION_LENGTH = 400, 160


@blueprint.get("/datasets")
@rule(EVERYBODY)
@describes(Interface(query=Searching, answers={200: json(shapes.SearchResults)}))
def list_datasets() -> Response:
    """Search the catalogue; `next` and `Link` lead through all results, however many there are."""
    shown = read(Searching).facet_limit
    found = search(least=0, facets=tuple(Facet) if shown else ())
    address = _next(found)
    answer = json_answer(_answer(found, shown, address))
    link = str(TypedLink("", "next", address))
    if address and len(link) <= HEADER_BYTES:
        answer.headers["Link"] = link
    return answer


@blueprint.get("/suggest")
@rule(EVERYBODY)
@describes(Interface(query=Typed, answers={200: json(shapes.Suggestions)}))
def suggest() -> Response:
    """How a query may go on while it is typed: words, publishers, places and datasets."""
    typed = read(Typed)
    text = clean(typed.q)
    audiences = policy.audiences(actor(), Action.READ_DATASET)
    found = services().search.suggest(text, audiences, typed.limit)
    named = [each.slug for each in found if each.kind is SuggestionKind.DATASET]
    gone = services().catalog.slugs_out_of_reach(actor(), named)
    shown = [each for each in found if each.kind is not SuggestionKind.DATASET or each.slug not in gone]
    answer = json_answer({"suggestions": [_suggestion(each) for each in shown]})
    answer.headers["Cache-Control"] = SUGGESTED_FOR
    return answer


def _answer(found: Found, shown: int, address: str) -> dict[str, Any]:
    query, answer = found.query, found.answer
    return {
        "total": answer.total,
        "offset": query.offset,
        "limit": query.limit,
        "sort": query.sort,
        "results": _hits(answer),
        "facets": {facet.value: _facet(facet, values[:shown]) for facet, values in answer.facets.items()},
        "next": address or None,
        "relaxed": answer.relaxed,
        "dropped": answer.dropped,
        "did_you_mean": answer.instead,
    }


def _next(found: Found) -> str:
    """Answer the address of the page after this one, empty at the end."""
    after = found.answer.next
    return services().site.absolute(url_with(after=after, offset=None)) if after and found.query.limit else ""


class _Counted(Struct, gc=False):
    """A value of a facet. Answers have hundreds, and their titles are written once."""

    value: str
    count: int
    title: Raw


def _facet(facet: Facet, values: Sequence[FacetValue]) -> list[_Counted]:
    name = facet_words().names(facet)
    return [_Counted(value, count, _title(name, value)) for value, count in arranged(facet, values)]


@lru_cache(maxsize=KEPT)
def _title(name: Callable[[str], Text], value: str) -> Raw:
    return Raw(encode(name(value)))


def _hits(answer: SearchAnswer) -> list[dict[str, Any]]:
    site = services().site
    return [_hit(hit, site, highlights) for hit, highlights in zip(answer.hits, _highlights(answer), strict=True)]


def _hit(found: Hit, site: Site, highlights: Mapping[str, object]) -> dict[str, Any]:
    """Describe a search result; values of cells stay inside."""
    document = found.document
    return {
        "id": document.id,
        "slug": document.slug,
        "url": site.absolute(addresses.dataset(document.slug)),
        "title": document.title,
        "description": document.description,
        "publisher": {"slug": document.publisher_slug, "title": document.publisher},
        "license": document.license,
        "themes": document.themes,
        "formats": document.formats,
        "keywords": document.keywords,
        "places": document.places,
        "period": document.period,
        "frequency": document.frequency or None,
        "quality": document.quality or None,
        "standards": document.standards,
        "rows": document.rows,
        "updated": document.updated,
        "modified": document.revised,
        "score": found.score,
        "highlights": highlights,
        "why": [_in_words(each) if each.where is _PLACE else each for each in found.why],
    }


def _highlights(answer: SearchAnswer) -> list[dict[str, dict[str, str]]]:
    """Mark what was asked for in the texts of each hit that have it, as HTML that is safe to show."""
    highlights: list[dict[str, dict[str, str]]] = [{} for _ in answer.hits]
    if not answer.marks:
        return highlights
    texts = [
        (number, name, language, words, length)
        for number, hit in enumerate(answer.hits)
        for name, text, length in (
            ("title", hit.document.title, _TITLE_LENGTH),
            ("description", hit.document.description, _DESCRIPTION_LENGTH),
        )
        for language, words in (("ja", text.ja), ("en", text.en))
        if words
    ]
    found = excerpts([(words, length) for _, _, _, words, length in texts], answer.marks)
    for (number, name, language, _, _), shown in zip(texts, found, strict=True):
        if shown.spans:
            highlights[number].setdefault(name, {"ja": "", "en": ""})[language] = html(shown)
    return highlights


def _in_words(reason: Reason) -> Reason:
    return Reason(reason.where, reason.word, place_name(reason.text).get("ja"))


def _suggestion(found: Suggestion) -> dict[str, Any]:
    return {"text": found.text, "kind": found.kind, "count": found.count, "url": _address(found)}


def _address(found: Suggestion) -> str:
    """Answer the page that a suggestion leads to, as a path."""
    if found.kind is SuggestionKind.DATASET:
        return addresses.dataset(found.slug)
    return "/?" + urlencode({_PARAMETERS[found.kind]: found.slug or found.text})


_PARAMETERS: Mapping[SuggestionKind, str] = {
    SuggestionKind.WORD: "q",
    SuggestionKind.PUBLISHER: "publisher",
    SuggestionKind.PLACE: "place",
}
