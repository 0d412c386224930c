"""The portal's own vocabularies under `/ns`: a page for people, RDF for machines, by `Accept`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from rdflib import DCTERMS, SKOS, Graph, Literal, URIRef

from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.graph_syntaxes import json_ld, ntriples, rdf_xml, turtle
from app.metadata.graph_vocabularies import VOCABULARIES, is_term
from app.web.access import EVERYBODY, rule
from app.web.context import services
from app.web.negotiation import HTML, Offer, choose
from app.web.respond import conditional

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rdflib.term import Node

ns = Blueprint("ns", __name__)

SYNTAXES: Mapping[Offer, Callable[[Graph], bytes]] = {
    Offer("turtle", "text/turtle", accepts=("text/n3", "application/x-turtle")): turtle,
    Offer("rdf-xml", "application/rdf+xml"): rdf_xml,
    Offer("json-ld", "application/ld+json"): json_ld,
    Offer("ntriples", "application/n-triples"): ntriples,
}
NEGOTIATED = ("Accept", "Accept-Language", "Cookie")
# Anything else is no name of ours, and an address that is none is noted in the log, line ends and all.
_NAMES = re.compile(r"/ns/[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)?")


@dataclass(frozen=True, slots=True)
class Term:
    """What a vocabulary says of one of its terms. `anchor` is what stands behind `#` on the page."""

    anchor: str
    address: str
    title: Text
    definition: Text


@ns.get("/ns/<name>")
@rule(EVERYBODY)
def vocabulary(name: str) -> Response:
    """All terms of a vocabulary."""
    return _answer(name, f"/ns/{name}")


@ns.get("/ns/<name>/<code>")
@rule(EVERYBODY)
def term(name: str, code: str) -> Response:
    """The vocabulary that a term is of."""
    return _answer(name, f"/ns/{name}/{code}")


def _answer(name: str, asked: str) -> Response:
    site, space = services().site, f"/ns/{name}"
    triples = VOCABULARIES[space](site) if space in VOCABULARIES else Graph()
    if not (_NAMES.fullmatch(asked) and is_term(triples, site.absolute(asked))):
        raise NotFound(Text("この語彙や用語はありません。", "There is no such vocabulary or term."))
    # Who accepts none of them gets the page: a reader can do more with that than with a refusal (RFC 9110, 12.1).
    chosen = choose(request.headers.get("Accept"), None, (HTML, *SYNTAXES)) or HTML
    if chosen in SYNTAXES:
        body = SYNTAXES[chosen](triples)
        answer = conditional(body, _typed(chosen.media_type), hashlib.sha256(body).hexdigest(), None)
    else:
        title, terms = _text(triples, URIRef(site.absolute(space)), DCTERMS.title), _terms(triples)
        answer = Response(
            render_template("vocabulary.html", title_=title, terms=terms, space=site.absolute(space)),
            mimetype="text/html",
        )
    answer.vary.update(NEGOTIATED)
    return answer


def _typed(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _terms(triples: Graph) -> list[Term]:
    return [_term(triples, subject) for subject in sorted(set(triples.subjects(SKOS.prefLabel)), key=str)]


def _term(triples: Graph, subject: Node) -> Term:
    address = str(subject)
    anchor = address.rpartition("#")[2] if "#" in address else address.rpartition("/")[2]
    return Term(anchor, address, _text(triples, subject, SKOS.prefLabel), _text(triples, subject, SKOS.definition))


def _text(triples: Graph, subject: Node, predicate: URIRef) -> Text:
    words = {each.language: str(each) for each in triples.objects(subject, predicate) if isinstance(each, Literal)}
    return Text(words.get("ja", ""), words.get("en", ""))
