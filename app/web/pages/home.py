"""The home page: search first, with facets."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from app.kernel.errors import Rebuilding
from app.kernel.paging import Page
from app.metadata import connecting
from app.metadata.graph import PROFILE
from app.metadata.registry import FORMATS
from app.web.access import EVERYBODY, rule
from app.web.context import actor, services
from app.web.errors import STATUS, retry_later
from app.web.headers import TypedLink, link_header
from app.web.pages import blueprint, results
from app.web.pages.facets import facets
from app.web.pages.lines import lines
from app.web.search_request import Found, search
from app.web.texts import clean

# What is shown of either while there is no index.
PUBLISHERS, NEWEST = 100, 20


@blueprint.get("/")
@rule(EVERYBODY)
def home() -> Response:
    """Search results, or the newest datasets where nothing is asked."""
    try:
        found = search()
    except Rebuilding as error:
        return _without_index(error)
    answer = make_response(_page(found))
    if not results.is_for_all(found):
        # Each combination of filters, orders and pages has an address: a crawler would walk them for ever.
        answer.headers["X-Robots-Tag"] = "noindex"
    site = services().site
    answer.headers["Link"] = link_header(TypedLink(site.url, *each) for each in connecting.links(site))
    return answer


@blueprint.get("/health")
@rule(EVERYBODY)
def health() -> Response:
    """Say that the database answers."""
    services().catalog.has_visible()
    return Response("ok\n", mimetype="text/plain")


@blueprint.get(PROFILE)
@rule(EVERYBODY)
def profile() -> str:
    """What the portal's descriptions conform to: the page that their profile's address leads to."""
    return render_template("profile.html", formats=FORMATS)


def _without_index(error: Rebuilding) -> Response:
    """Show ways to the data that need no index."""
    page = render_template(
        "rebuilding.html",
        message=error.message,
        words=clean(request.args.get("q", "")),
        publishers=services().organizations.list()[:PUBLISHERS],
        newest=services().catalog.list(actor(), limit=NEWEST).items,
    )
    return retry_later(make_response(page, STATUS[Rebuilding]))


def _page(found: Found) -> str:
    query, answer = found.query, found.answer
    narrowed = bool(query.filters) or any(query.updated)
    is_empty = not answer.hits
    return render_template(
        "home.html",
        query=query,
        answer=answer,
        results=lines(found),
        facets=facets(found),
        chips=results.chips(query),
        shortcuts=results.shortcuts(found),
        orders=results.orders(query),
        sizes=results.sizes(query),
        without_all=results.without_all() if narrowed else "",
        unnarrowed=results.without_conditions(query) if is_empty and narrowed else 0,
        instead=results.instead(found),
        examples=results.examples(query) if is_empty else (),
        hidden_fields=results.hidden_fields,
        feed=results.same_as("/feed.atom", "sort", "limit"),
        api=results.same_as("/api/v1/datasets"),
        next_page=results.next_page(found),
        canonical=results.canonical(query) if results.is_for_all(found) else "",
        pages=Page(answer.hits, answer.total, query.offset, query.limit),
    )
