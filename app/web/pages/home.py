"""The home page: search first, with facets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flask import Response, render_template

from app.catalog import vocabularies
from app.kernel.paging import Page
from app.kernel.text import Text
from app.metadata.graph import PROFILE
from app.metadata.registry import FORMATS
from app.search.engine import Facet, Hit, SearchAnswer
from app.search.excerpt import Piece, excerpt
from app.web.access import EVERYBODY, rule
from app.web.context import language, services
from app.web.pages import blueprint
from app.web.search_request import search

if TYPE_CHECKING:
    from app.search.engine import SearchQuery


@blueprint.get("/")
@rule(EVERYBODY)
def home() -> str:
    """Search results, or the newest datasets where nothing is asked."""
    found = search()
    return render_template(
        "home.html",
        answer=found.answer,
        query=found.query,
        excerpts={hit.document.id: _excerpt(hit, found.query) for hit in found.answer.hits},
        titles={hit.document.id: _title(hit, found.query) for hit in found.answer.hits},
        facet_labels=_facet_labels(found.answer),
        pages=Page(found.answer.hits, found.answer.total, found.query.offset, found.query.limit),
    )


@blueprint.get("/health")
@rule(EVERYBODY)
def health() -> Response:
    """Say that the database answers."""
    services().catalog.revisions()
    return Response("ok\n", mimetype="text/plain")


@blueprint.get(PROFILE)
@rule(EVERYBODY)
def profile() -> str:
    """What the portal's descriptions conform to: the page that their profile's address leads to."""
    return render_template("profile.html", formats=FORMATS)


def _excerpt(hit: Hit, query: SearchQuery) -> tuple[Piece, ...]:
    return excerpt(hit.document.description.get(language()), query.words)


def _title(hit: Hit, query: SearchQuery) -> tuple[Piece, ...]:
    return excerpt(hit.document.title.get(language()), query.words, length=400)


def _facet_labels(answer: SearchAnswer) -> Mapping[Facet, Mapping[str, Text]]:
    publishers = {each.slug: each.title for each in services().organizations.list()}
    return {
        Facet.PUBLISHER: publishers,
        Facet.THEME: {code: theme.title for code, theme in vocabularies.themes().concepts.items()},
        Facet.FORMAT: _same(value.value for value in answer.facets.get(Facet.FORMAT, ())),
        Facet.LICENSE: {
            value.value: vocabularies.license_of(value.value).title or Text(value.value, value.value)
            for value in answer.facets.get(Facet.LICENSE, ())
        },
    }


def _same(values: Iterable[str]) -> Mapping[str, Text]:
    return {value: Text(value, value) for value in values}
