"""Small steps that every graph of ours is written with: names, texts, types, concepts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import FOAF, PROV, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from app.catalog import addresses, vocabularies

if TYPE_CHECKING:
    from datetime import datetime

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.catalog.vocabularies import Vocabulary
    from app.kernel.text import Text

ADMS = Namespace("http://www.w3.org/ns/adms#")
CSVW = Namespace("http://www.w3.org/ns/csvw#")
# Our own, because rdflib's DCAT is version 2 and warns about what version 3 added.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DQV = Namespace("http://www.w3.org/ns/dqv#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
PROF = Namespace("http://www.w3.org/ns/dx/prof/")
QB = Namespace("http://purl.org/linked-data/cube#")
SCHEMA = Namespace("https://schema.org/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

PREFIXES = {
    "adms": ADMS,
    "csvw": CSVW,
    "dcat": DCAT,
    "dcatap": DCATAP,
    "dct": DCT,
    "dqv": DQV,
    "foaf": FOAF,
    "hydra": HYDRA,
    "locn": LOCN,
    "odrl": ODRL,
    "prof": PROF,
    "prov": PROV,
    "qb": QB,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "spdx": SPDX,
    "vcard": VCARD,
    "xsd": XSD,
}

# RDF/XML cannot hold these (XML 1.0, 2.2), and the same graph is written in that syntax too.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def new_graph() -> Graph:
    """Make an empty graph with the prefixes above and no others."""
    triples = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        triples.bind(prefix, namespace)
    return triples


def add_types(triples: Graph, subject: URIRef, *kinds: URIRef) -> None:
    """Say what kinds of thing the subject is; the shapes infer no superclasses, so all are written."""
    for kind in kinds:
        triples.add((subject, RDF.type, kind))


def add_text(triples: Graph, subject: URIRef, predicate: URIRef, text: Text) -> None:
    """Write each language that the text has, with its tag."""
    for language, words in text.both():
        triples.add((subject, predicate, Literal(clean(words), lang=language)))


def add_concept(
    triples: Graph,
    subject: URIRef,
    predicate: URIRef,
    vocabulary: Vocabulary,
    code: str,
    *,
    kind: URIRef = SKOS.Concept,
) -> None:
    """Point to a concept, and name it and its vocabulary. Nothing happens for a code the vocabulary lacks."""
    if not (found := vocabulary.get(code)):
        return
    concept = URIRef(found.iri)
    triples.add((subject, predicate, concept))
    name_concept(triples, concept, URIRef(vocabulary.iri), found.title, vocabulary.title, kind=kind)


def add_own_concept(
    triples: Graph, subject: URIRef, predicate: URIRef, vocabulary: Vocabulary, code: str, *, space: str, kind: URIRef
) -> None:
    """Point to a concept of a vocabulary that has no public address: `space`, on this site, is its address then."""
    if not (found := vocabulary.get(code)):
        return
    concept, scheme = URIRef(f"{space}/{code}"), URIRef(space)
    triples.add((subject, predicate, concept))
    name_concept(triples, concept, scheme, found.title, vocabulary.title, kind=kind)


def name_concept(
    triples: Graph, concept: URIRef, scheme: URIRef, name: Text, scheme_name: Text, *, kind: URIRef = SKOS.Concept
) -> None:
    """Type and name a concept and the scheme it is in."""
    add_types(triples, concept, kind, SKOS.Concept)
    add_text(triples, concept, SKOS.prefLabel, name)
    triples.add((concept, SKOS.inScheme, scheme))
    triples.add((scheme, RDF.type, SKOS.ConceptScheme))
    add_text(triples, scheme, DCT.title, scheme_name)


def add_languages(triples: Graph, subject: URIRef, record: DatasetRecord) -> None:
    """Point to the languages of the dataset; unknown codes are left out."""
    known = vocabularies.languages()
    for words in record.languages:
        if language := known.find(words):
            add_concept(triples, subject, DCT.language, known, language.code, kind=DCT.LinguisticSystem)


def dataset_address(record: DatasetRecord, site: Site) -> URIRef:
    """Answer the dataset's name in every graph: its landing page, of the version where that is pinned."""
    return URIRef(site.absolute(addresses.dataset(record.path)))


def part(whole: URIRef, name: str) -> URIRef:
    """Name a part of a described thing."""
    return URIRef(f"{whole}#{name}")


def instant(moment: datetime) -> Literal:
    """Write a moment as `xsd:dateTime`, to the second."""
    return Literal(moment.replace(microsecond=0))


def clean(words: str) -> str:
    """Replace what no XML can hold with U+FFFD."""
    return _NOT_XML.sub("\ufffd", words)
