"""Feeds of what changed: of everything, of a search, of a publisher, of a dataset; as Atom and as JSON Feed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.urls import iri_to_uri

from app.catalog import addresses
from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import ANONYMOUS
from app.kernel.text import Language, Text
from app.metadata import feeds
from app.metadata.feeds import Entry
from app.search.engine import Facet, Sort
from app.web.access import EVERYBODY, rule
from app.web.context import actor, services, url_with
from app.web.interface import Interface, describes
from app.web.parameters import read
from app.web.respond import conditional
from app.web.search_parameters import MAX_FEED_OFFSET, News, Window
from app.web.search_request import UPDATED_FROM, UPDATED_TO, present, query

if TYPE_CHECKING:
    from app.search.document import SearchDocument

feeds_blueprint = Blueprint("feeds", __name__)

NEWS = Text("更新されたデータ", "What changed")
_NARROWED = frozenset({"q", UPDATED_FROM, UPDATED_TO, *(facet.value for facet in Facet)})


@feeds_blueprint.get("/feed.<any(atom, json):kind>")
@rule(EVERYBODY)
@describes(Interface(query=News))
def everything(kind: str) -> Response:
    """What changed in the whole catalogue, or among what a search finds: the parameters are the search page's."""
    if _NARROWED & request.args.keys():
        return _of_search(kind)
    return _of_list(kind, "/", NEWS, None)


@feeds_blueprint.get("/publisher/<slug:slug>/feed.<any(atom, json):kind>")
@rule(EVERYBODY)
@describes(Interface(query=Window))
def of_publisher(slug: str, kind: str) -> Response:
    """What changed among a publisher's datasets."""
    organization = services().organizations.get(slug)
    return _of_list(kind, addresses.publisher(slug), organization.title, organization.id)


@feeds_blueprint.get("/dataset/<slug:slug>/feed.<any(atom, json):kind>")
@rule(EVERYBODY)
@describes(Interface(query=Window))
def of_dataset(slug: str, kind: str) -> Response:
    """The versions of a dataset and what was noted of each."""
    record = services().catalog.get(actor(), slug)
    offset, limit = _window()
    shown = record.versions[offset : offset + limit]
    entries = tuple(feeds.entry_of_version(record, each, services().site) for each in shown)
    return _answer(kind, addresses.dataset(slug), record.title, entries, len(record.versions))


def _of_list(kind: str, page: str, title: Text, organization_id: str | None) -> Response:
    offset, limit = _window()
    found = services().catalog.list(ANONYMOUS, organization_id=organization_id, offset=offset, limit=limit)
    entries = tuple(feeds.entry_of_dataset(record, services().site) for record in found.items)
    return _answer(kind, page, title, entries, found.total)


def _of_search(kind: str) -> Response:
    # A feed tells what is new here first, however old its data is, and only what everybody may find.
    public = policy.audiences(ANONYMOUS, Action.READ_DATASET)
    asked = replace(query(), sort=Sort.REVISED, audiences=public, after="", facets=())
    answer = present(services().search.search(asked), ANONYMOUS)
    # What only comes near to the search is no news to whoever follows it.
    hits, total = ((), 0) if answer.relaxed else (answer.hits, answer.total)
    return _answer(kind, "/", NEWS, tuple(_entry(hit.document) for hit in hits), total)


def _entry(document: SearchDocument) -> Entry:
    """Tell of a dataset as the search knows it."""
    return Entry(
        id=f"urn:uuid:{document.id}",
        url=services().site.absolute(addresses.dataset(document.slug)),
        title=document.title or Text(en=document.slug),
        summary=document.description,
        author=document.publisher or Text(en=document.publisher_slug),
        updated=document.revised,
        keywords=document.keywords,
    )


def _answer(kind: str, page: str, title: Text, entries: tuple[Entry, ...], total: int) -> Response:
    site = services().site
    path = iri_to_uri(request.path).removesuffix(f".{kind}")
    narrowed = sorted((name, value) for name, value in request.args.items(multi=True) if name in _NARROWED)
    feed = feeds.Feed(
        id=feeds.feed_id(site, path + "".join(f"&{name}={value}" for name, value in narrowed)),
        title=Text(f"{title.get('ja')} - {site.title.get('ja')}", f"{title.get('en')} - {site.title.get('en')}"),
        author=site.publisher,
        page=site.absolute(page),
        address=site.absolute(url_with()),
        entries=entries,
        others=_other_pages(total),
    )
    language: Language = "en" if request.args.get("lang") == "en" else "ja"
    body = feeds.as_atom(feed, language) if kind == "atom" else feeds.as_json_feed(feed, language)
    media_type = f"{feeds.ATOM if kind == 'atom' else feeds.JSON_FEED}; charset=utf-8"
    # No time of the last change: when a dataset is withdrawn, what is left is older than the feed was before.
    return conditional(body, media_type, hashlib.sha256(body).hexdigest(), None)


def _other_pages(total: int) -> dict[str, str]:
    """Link the feed's pages (RFC 5005, 3)."""
    offset, limit = _window()
    last = min(max(0, (total - 1) // limit * limit), MAX_FEED_OFFSET)
    offsets = {"first": 0, "previous": max(0, offset - limit), "next": offset + limit, "last": last}
    if offset == 0:
        del offsets["previous"]
    if offset + limit >= total or offset + limit > MAX_FEED_OFFSET:
        del offsets["next"]
    return {relation: services().site.absolute(url_with(offset=each)) for relation, each in offsets.items()}


def _window() -> tuple[int, int]:
    asked = read(Window)
    return asked.offset, asked.limit
