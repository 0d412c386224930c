"""Where programs look first: `/.well-known/api-catalog` (RFC 9727), `/.well-known/void` (W3C VoID) and others."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec
from flask import Blueprint, Response, current_app
from rdflib import DCTERMS, FOAF, PROV, SKOS, VOID, Literal, URIRef

from app.kernel.actor import ANONYMOUS
from app.metadata import connecting
from app.metadata.linksets import AI_CATALOG, API_CATALOG, OPENAPI, SERVER_CARD, api_catalog
from app.metadata.rdf import DCAT, VCARD, add_text, add_types, dataset_address, new_graph
from app.web import openapi
from app.web.access import EVERYBODY, rule
from app.web.context import services
from app.web.respond import conditional, keep_ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

discovery = Blueprint("discovery", __name__)

_VOCABULARIES = tuple(map(str, (DCAT, DCTERMS, FOAF, PROV, SKOS, VCARD)))
_PLACES = {VOID.dataDump: "/catalog.nq.gz", VOID.sparqlEndpoint: "/sparql", VOID.rootResource: "/catalog"}


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
    return _tagged(_void(services().site, services().dumps.counts(), _example()), "text/turtle; charset=utf-8")


@discovery.get("/.well-known/jwks.json")
@rule(EVERYBODY)
def signing_keys() -> Response:
    """The public keys of signed answers, the one that signs now first (RFC 7517)."""
    return _tagged(msgspec.json.encode(services().signing.public()), "application/jwk-set+json")


@discovery.get("/mcp/server-card")
@discovery.get("/.well-known/mcp/server-card.json")
@rule(EVERYBODY)
def server_card() -> Response:
    """What the server for agents is, and where (SEP-2127)."""
    return _tagged(msgspec.json.encode(connecting.server_card(services().site, version("kakehashi"))), SERVER_CARD)


@discovery.get("/.well-known/mcp/server.json")
@rule(EVERYBODY)
def server_json() -> Response:
    """The server for agents as registries of such servers describe it."""
    entry = connecting.server_json(services().site, version("kakehashi"))
    return _tagged(msgspec.json.encode(entry), "application/json")


@discovery.get("/.well-known/ai-catalog.json")
@rule(EVERYBODY)
def ai_catalog() -> Response:
    """What is here for language models."""
    return _tagged(msgspec.json.encode(connecting.ai_catalog(services().site)), AI_CATALOG)


@discovery.get("/mcp/connect.md")
@rule(EVERYBODY)
def connecting_guide() -> Response:
    """How common clients connect to the server for agents."""
    return _tagged(connecting.guide(services().site), "text/markdown; charset=utf-8")


@discovery.get("/robots.txt")
@rule(EVERYBODY)
def robots() -> Response:
    """Public data is for everybody, machines included; forms and drafts are not there to be crawled."""
    lines = (
        "User-agent: *",
        # Both drafts of how to say it: contentsignals.org, and the IETF's AIPREF. Public data is for machines as well.
        "Content-Signal: search=yes, ai-input=yes, ai-train=yes",
        "Content-Usage: train-ai=y, search=y",
        "Disallow: /sign-in",
        "Disallow: /upload",
        "Disallow: /submission/",
        "Allow: /",
        "",
        f"Sitemap: {services().site.absolute('/sitemap.xml')}",
        "",
    )
    return _tagged("\n".join(lines).encode(), "text/plain; charset=utf-8")


@discovery.get("/opensearch.xml")
@rule(EVERYBODY)
def opensearch() -> Response:
    """What browsers need to search the portal from their address bar (OpenSearch 1.1)."""
    return _tagged(_opensearch(services().site), f"{openapi.OPENSEARCH}; charset=utf-8")


@discovery.get("/openapi.json")
@rule(EVERYBODY)
def interface() -> Response:
    """Every address that programs can call, as OpenAPI 3.1."""
    return keep_ready(_tagged(msgspec.json.encode(openapi.document(current_app, services().site)), OPENAPI))


def _example() -> DatasetRecord | None:
    newest = services().catalog.list(ANONYMOUS, limit=1).items
    return newest[0] if newest else None


def _opensearch(site: Site) -> bytes:
    """Describe the search (OpenSearch 1.1 draft 6: a short name has at most 16 letters, a long one 48)."""
    root = Element("OpenSearchDescription", xmlns="http://a9.com/-/spec/opensearch/1.1/")
    for name, text, longest in (
        ("ShortName", site.title.get("ja"), 16),
        ("LongName", site.title.get("ja"), 48),
        ("Description", site.description.get("ja") or site.title.get("ja"), 1024),
        ("InputEncoding", "UTF-8", 5),
        ("Image", site.absolute("/static/logo.svg"), None),
    ):
        SubElement(root, name).text = text[:longest]
    for media_type, path in (("text/html", "/"), ("application/json", "/api/v1/datasets")):
        address = site.absolute(f"{path}?q={{searchTerms}}")
        SubElement(root, "Url", type=media_type, method="get", template=address)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _void(site: Site, counts: Mapping[str, int], example: DatasetRecord | None) -> bytes:
    """Describe the catalogue as w3.org/TR/void says; what was never counted is not said."""
    graph = new_graph()
    graph.bind("void", VOID)
    own, document = (URIRef(site.absolute(f"/.well-known/void{end}")) for end in ("#catalog", ""))
    add_types(graph, document, VOID.DatasetDescription)
    graph.add((document, FOAF.primaryTopic, own))
    add_types(graph, own, VOID.Dataset)
    add_text(graph, own, DCTERMS.title, site.title)
    add_text(graph, own, DCTERMS.description, site.description)
    for predicate, name in ((VOID.triples, "triples"), (VOID.entities, "datasets")):
        if name in counts:
            graph.add((own, predicate, Literal(counts[name])))
    for predicate, path in _PLACES.items():
        graph.add((own, predicate, URIRef(site.absolute(path))))
    if example:
        graph.add((own, VOID.exampleResource, dataset_address(example, site)))
    for vocabulary in _VOCABULARIES:
        graph.add((own, VOID.vocabulary, URIRef(vocabulary)))
    return graph.serialize(format="turtle", encoding="utf-8")


def _tagged(body: bytes, media_type: str) -> Response:
    return conditional(body, media_type, hashlib.sha256(body).hexdigest(), None)
