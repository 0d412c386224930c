"""The whole catalogue over HTTP: page by page as DCAT, and as generated files for whoever wants everything at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, redirect, request, send_file
from pydantic import Field

from app.kernel.actor import ANONYMOUS
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.catalog_documents import NAMES, joined
from app.metadata.catalog_graph import CATALOG, Place, catalog_graph
from app.metadata.registry import FORMATS
from app.metadata.sitemaps import part_name
from app.web.access import EVERYBODY, rule
from app.web.context import language, services, url_with
from app.web.interface import Interface, describes
from app.web.negotiation import HTML, Offer, choose, offers
from app.web.parameters import Loose, Moment, Whole, read
from app.web.respond import conditional, keep_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as WerkzeugResponse

    from app.metadata.format import Format

T = TypeVar("T", bound="WerkzeugResponse")

catalog_pages = Blueprint("catalog", __name__)

# ckanext-dcat's page, so that its harvesters ask as often as they are used to.
PAGE = 100
MAX_PAGES = 1_000_000
NEGOTIATED = ("Accept", "Accept-Profile")
_SYNTAXES: dict[str, Format] = {
    suffix.removeprefix("."): each for each in FORMATS if each.name in NAMES for suffix in (each.suffix, *each.aliases)
}
# Programs that accept anything are harvesters here; browsers say that they want a page.
# Old clients of CKAN ask for JSON and mean the list of all datasets.
_LIST = Offer("data.json", "application/json")
_OFFERED = (*(each for each in offers() if each.name in NAMES), HTML, _LIST)


class Pages(Loose):
    """Which page of the catalogue."""

    page: Whole = Field(default=1, ge=1, le=MAX_PAGES, description="A page of 100 datasets, counted from 1.")
    modified_since: Moment | None = Field(default=None, description="Only what changed since this day or time.")


@catalog_pages.get(CATALOG)
@rule(EVERYBODY)
@describes(Interface(query=Pages))
def catalog() -> WerkzeugResponse:
    """The catalogue as DCAT in the syntax that the reader prefers; browsers go to the home page."""
    chosen = choose(request.headers.get("Accept"), request.headers.get("Accept-Profile"), _OFFERED)
    if chosen is None:
        return _varying(_not_acceptable())
    if chosen is HTML:
        return _varying(redirect("/", 303))
    if chosen is _LIST:
        return _varying(redirect("/data.json", 303))
    shown = next(each for each in FORMATS if each.name == chosen.name)
    answer = _page(shown)
    answer.headers["Content-Location"] = url_with().replace(CATALOG, CATALOG + shown.suffix, 1)
    return keep_ready(_varying(answer))


@catalog_pages.get(f"{CATALOG}.<any(ttl, n3, rdf, xml, jsonld, nt):extension>")
@rule(EVERYBODY)
@describes(Interface(query=Pages))
def catalog_page(extension: str) -> Response:
    """The catalogue as DCAT, 100 datasets a page, the latest change first: `page`, `modified_since`."""
    return keep_ready(_page(_SYNTAXES[extension]))


@catalog_pages.get(
    "/<any('catalog.nq.gz', 'catalog.jsonl.gz', 'catalog.parquet', 'catalog.csv', 'data.json', "
    "'llms.txt', 'llms-full.txt', 'sitemap.xml'):name>"
)
@rule(EVERYBODY)
def generated(name: str) -> WerkzeugResponse:
    """A file about the whole catalogue, as it was made last: whole, a range of it, or 304."""
    dump = services().dumps.get(name)
    answer: WerkzeugResponse = send_file(
        dump.path, mimetype=dump.media_type, etag=dump.sha256, last_modified=dump.modified, conditional=True
    )
    answer.headers["Content-Type"] = dump.media_type
    # Asked again each time: a withdrawn dataset must not live on in somebody's cache.
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


@catalog_pages.get("/sitemap/<int:number>.xml")
@rule(EVERYBODY)
def sitemap_part(number: int) -> WerkzeugResponse:
    """One part of the sitemap, counted from 1."""
    return generated(part_name(number))


def _page(shown: Format) -> Response:
    asked = read(Pages)
    number, since = asked.page, asked.modified_since
    found = services().catalog.list(ANONYMOUS, modified_since=since, offset=(number - 1) * PAGE, limit=PAGE)
    place = Place(number, PAGE, found.total, _addresses(shown))
    if number > place.pages:
        raise NotFound(Text(f"ページは{place.pages}までです。", f"The last page is {place.pages}."))
    head = catalog_graph(found.items, services().site, place)
    descriptions = (services().descriptions.render(record, shown.name).body for record in found.items)
    body = joined(shown.name, head, descriptions)
    links = ", ".join(f'<{address}>; rel="{name}"' for name, address in place.others().items())
    media_type = f"{shown.media_type}; charset=utf-8" if shown.media_type.startswith("text/") else shown.media_type
    # No time of the last change: a withdrawal changes a page, and all that stays on it is older.
    return conditional(body, media_type, hashlib.sha256(body).hexdigest(), None, Link=links)


def _addresses(shown: Format) -> Callable[[int], str]:
    """Write the addresses of pages in one syntax, whichever way this one was asked for."""
    # As it was read: what was sent may be longer than a header should be.
    since = read(Pages).modified_since
    kept = {"modified_since": since.isoformat()} if since else {}
    suffix = next((each for each in (shown.suffix, *shown.aliases) if request.path.endswith(each)), shown.suffix)
    start = services().site.absolute(CATALOG + suffix)
    return lambda number: f"{start}?{urlencode({'page': number, **kept})}"


def _not_acceptable() -> Response:
    """Answer 406 with every representation that there is (RFC 9110, 15.5.7)."""
    offered = [each for each in FORMATS if each.name in NAMES]
    there = ", ".join(CATALOG + each.suffix for each in offered)
    told = Text(
        f"この種類の表現はありません。次のものがあります：{there}",
        f"There is no such representation. There are: {there}",
    )
    problem = {
        "type": "/problems/not-acceptable",
        "title": "Not acceptable",
        "status": 406,
        "code": "not-acceptable",
        "detail": told.get(language()),
        "messages": {"ja": told.ja, "en": told.en},
        "formats": [
            {"name": each.name, "media_type": each.media_type, "address": CATALOG + each.suffix} for each in offered
        ],
    }
    return Response(msgspec.json.encode(problem), 406, content_type="application/problem+json")


def _varying(answer: T) -> T:
    answer.vary.update(NEGOTIATED)
    return answer
