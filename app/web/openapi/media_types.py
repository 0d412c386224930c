"""What each address answers with, where its view does not declare it."""

from __future__ import annotations

from collections.abc import Mapping

from app.metadata.catalog_documents import NAMES
from app.metadata.catalog_graph import CATALOG
from app.metadata.dumps import MEDIA_TYPES, XML
from app.metadata.feeds import ATOM, JSON_FEED
from app.metadata.format import Format
from app.metadata.linksets import AI_CATALOG, API_CATALOG, OPENAPI, SERVER_CARD
from app.metadata.registry import FORMATS
from app.sparql.formats import SOLUTIONS, TRIPLES
from app.web.headers import LINKSET
from app.web.ns import SYNTAXES

OPENSEARCH = "application/opensearchdescription+xml"
HTML = "text/html"
ANYTHING = ("*/*",)


def format_of(endpoint: str) -> Format | None:
    """Find the metadata format that an endpoint serves."""
    return next(
        (each for each in FORMATS if endpoint in {f"describe.{each.name}", f"describe.{each.name}-table"}), None
    )


def media_types(endpoint: str, path: str) -> tuple[str, ...]:
    """Say what an address answers with."""
    if described := format_of(endpoint):
        # A file may itself be called like the description of another one.
        return ANYTHING if endpoint.endswith("-table") else (described.media_type,)
    name = path.rpartition("/")[2]
    found = _OF_PATHS.get(path) or _OF_ENDPOINTS.get(endpoint) or _OF_BLUEPRINTS.get(endpoint.partition(".")[0])
    if found:
        return found
    return (MEDIA_TYPES[name],) if name in MEDIA_TYPES else ("application/json",)


_DCAT = tuple(each for each in FORMATS if each.name in NAMES)
_OF_PATHS: Mapping[str, tuple[str, ...]] = {
    **{CATALOG + suffix: (each.media_type,) for each in _DCAT for suffix in (each.suffix, *each.aliases)},
    CATALOG: tuple(each.media_type for each in _DCAT),
    "/.well-known/api-catalog": (API_CATALOG,),
    "/.well-known/void": ("text/turtle",),
    "/openapi.json": (OPENAPI,),
    "/opensearch.xml": (OPENSEARCH,),
    "/.well-known/jwks.json": ("application/jwk-set+json",),
    "/.well-known/ai-catalog.json": (AI_CATALOG,),
    "/.well-known/mcp/server-card.json": (SERVER_CARD,),
    "/.well-known/mcp/server.json": ("application/json",),
    "/mcp/server-card": (SERVER_CARD,),
    "/mcp/connect.md": ("text/markdown",),
    "/robots.txt": ("text/plain",),
    **{f"{start}/feed.atom": (ATOM,) for start in ("", "/publisher/{slug}", "/dataset/{slug}")},
    **{f"{start}/feed.json": (JSON_FEED,) for start in ("", "/publisher/{slug}", "/dataset/{slug}")},
}
_OF_ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "catalog.sitemap_part": (XML,),
    "describe.linkset": (LINKSET,),
    "api.resource_interface": (OPENAPI,),
    "pages.dataset": (HTML, *dict.fromkeys(each.media_type for each in FORMATS)),
    "pages.health": ("text/plain",),
    "pages.series_turtle": ("text/turtle",),
    "ns.vocabulary": (HTML, *(each.media_type for each in SYNTAXES)),
    "ns.term": (HTML, *(each.media_type for each in SYNTAXES)),
    "sparql.endpoint": (HTML, *dict.fromkeys(each.media_type for each in (*SOLUTIONS, *TRIPLES))),
}
_OF_BLUEPRINTS: Mapping[str, tuple[str, ...]] = {"files": ANYTHING}
