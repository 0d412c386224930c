"""Where programs look first: `/.well-known/api-catalog` (RFC 9727) and `/.well-known/void` (W3C VoID)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from flask import Blueprint, Response, request
from rdflib import DCTERMS, RDF, VOID, Literal, URIRef

from app.kernel.text import Text
from app.metadata.linksets import API_CATALOG, api_catalog
from app.metadata.rdf import add_text, new_graph
from app.web.access import EVERYBODY, rule
from app.web.context import services

if TYPE_CHECKING:
    from app.catalog.addresses import Site

discovery = Blueprint("discovery", __name__)

_VOCABULARIES = ("http://www.w3.org/ns/dcat#", str(DCTERMS))


@discovery.get("/.well-known/api-catalog")
@rule(EVERYBODY)
def interfaces() -> Response:
    """What programs can call."""
    answer = _tagged(msgspec.json.encode(api_catalog(services().site)), API_CATALOG)
    answer.headers["Link"] = '</.well-known/api-catalog>; rel="api-catalog"'
    return answer


@discovery.get("/.well-known/void")
@rule(EVERYBODY)
def void() -> Response:
    """What the catalogue holds as linked data, and where to get all of it."""
    counts = services().dumps.counts()
    return _tagged(_void(services().site, counts.get("triples", 0), counts.get("datasets", 0)), "text/turtle")


def _void(site: Site, triples: int, datasets: int) -> bytes:
    graph = new_graph()
    graph.bind("void", VOID)
    own = URIRef(site.absolute("/.well-known/void#catalog"))
    graph.add((own, RDF.type, VOID.Dataset))
    add_text(graph, own, DCTERMS.title, Text(site.title.ja, site.title.en))
    graph.add((own, VOID.triples, Literal(triples)))
    graph.add((own, VOID.entities, Literal(datasets)))
    graph.add((own, VOID.dataDump, URIRef(site.absolute("/catalog.nq.gz"))))
    for vocabulary in _VOCABULARIES:
        graph.add((own, VOID.vocabulary, URIRef(vocabulary)))
    return graph.serialize(format="turtle", encoding="utf-8")


def _tagged(body: bytes, media_type: str) -> Response:
    answer = Response(body, content_type=media_type)
    answer.set_etag(hashlib.sha256(body).hexdigest())
    answer.make_conditional(request)
    return answer
