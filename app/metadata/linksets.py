"""The portal's interfaces as one set of links: the API catalogue of RFC 9727, written as RFC 9264 says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.catalog.addresses import Site

API_CATALOG = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


def api_catalog(site: Site) -> dict[str, object]:
    """List what programs can call, with what describes it."""
    own = site.absolute("/.well-known/api-catalog")
    rest, void = site.absolute("/api/v1/datasets"), site.absolute("/.well-known/void")
    return {
        "linkset": [
            {"anchor": own, "item": [{"href": rest}]},
            {
                "anchor": rest,
                "service-doc": [{"href": site.absolute("/llms.txt"), "type": "text/markdown"}],
                "service-meta": [{"href": void, "type": "text/turtle"}],
                "status": [{"href": site.absolute("/health"), "type": "text/plain"}],
            },
        ]
    }
