"""The portal's interfaces as one set of links: the API catalogue of RFC 9727, written as RFC 9264 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.catalog.addresses import Site

API_CATALOG = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
OPENAPI = "application/vnd.oai.openapi+json"
SERVER_CARD = "application/mcp-server-card+json"
AI_CATALOG = "application/ai-catalog+json"
# The address of the server for agents.
MCP = "/mcp"

Links = dict[str, "str | list[dict[str, str]]"]


def api_catalog(site: Site) -> dict[str, list[Links]]:
    """List what programs can call, with what describes it (RFC 8631 for the relations)."""
    interfaces = (_rest(site), _sparql(site), _dcat(site), _agents(site))
    items = [{"href": str(each["anchor"])} for each in interfaces]
    own: Links = {"anchor": site.absolute("/.well-known/api-catalog"), "item": items}
    return {"linkset": [own, *interfaces]}


def _rest(site: Site) -> Links:
    return {
        "anchor": site.absolute("/api/v1/datasets"),
        "service-desc": [{"href": site.absolute("/openapi.json"), "type": OPENAPI}],
        "service-doc": [_guide(site)],
        "status": [{"href": site.absolute("/health"), "type": "text/plain"}],
    }


def _sparql(site: Site) -> Links:
    endpoint = site.absolute("/sparql")
    return {
        "anchor": endpoint,
        # Without a query, the endpoint describes itself (w3.org/TR/sparql11-service-description, 2).
        "service-desc": [{"href": endpoint, "type": "text/turtle"}],
        "service-doc": [{"href": endpoint, "type": "text/html"}],
        "service-meta": [{"href": site.absolute("/.well-known/void"), "type": "text/turtle"}],
    }


def _dcat(site: Site) -> Links:
    return {
        "anchor": site.absolute("/catalog"),
        "service-doc": [_guide(site)],
        "service-meta": [{"href": site.absolute("/.well-known/void"), "type": "text/turtle"}],
    }


def _agents(site: Site) -> Links:
    return {
        "anchor": site.absolute(MCP),
        "service-desc": [{"href": site.absolute(f"{MCP}/server-card"), "type": SERVER_CARD}],
        "service-doc": [{"href": site.absolute(f"{MCP}/connect.md"), "type": "text/markdown"}],
        "service-meta": [{"href": site.absolute("/.well-known/ai-catalog.json"), "type": AI_CATALOG}],
    }


def _guide(site: Site) -> dict[str, str]:
    return {"href": site.absolute("/llms.txt"), "type": "text/markdown"}
