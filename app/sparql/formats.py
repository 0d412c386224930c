"""The forms in which an answer can be written, by the kind of query (SPARQL 1.1 Protocol, 2.1.6)."""

from __future__ import annotations

from dataclasses import dataclass

from app.sparql.gate import ASK, CONSTRUCT, DESCRIBE, SELECT


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A short name, its media type, and others under which it is asked for. `iri` is W3C's name of the format."""

    name: str
    media_type: str
    iri: str
    also: tuple[str, ...] = ()
    charset: str = ""

    @property
    def label(self) -> str:
        """How people know it."""
        return LABELS[self.name]

    @property
    def content_type(self) -> str:
        """The media type with its charset, where it has that parameter."""
        return self.media_type + self.charset


FORMATS_IRI = "http://www.w3.org/ns/formats/"
LABELS = {
    "json": "JSON",
    "xml": "XML",
    "csv": "CSV",
    "tsv": "TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF/XML",
    "jsonld": "JSON-LD",
}
UTF_8 = "; charset=utf-8"

SOLUTIONS = (
    ResultFormat("json", "application/sparql-results+json", FORMATS_IRI + "SPARQL_Results_JSON", ("application/json",)),
    ResultFormat(
        "xml", "application/sparql-results+xml", FORMATS_IRI + "SPARQL_Results_XML", ("application/xml", "text/xml")
    ),
    ResultFormat("csv", "text/csv", FORMATS_IRI + "SPARQL_Results_CSV", (), UTF_8 + "; header=present"),
    ResultFormat("tsv", "text/tab-separated-values", FORMATS_IRI + "SPARQL_Results_TSV", (), UTF_8),
)
TRIPLES = (
    ResultFormat("turtle", "text/turtle", FORMATS_IRI + "Turtle", ("application/x-turtle",), UTF_8),
    ResultFormat("ntriples", "application/n-triples", FORMATS_IRI + "N-Triples", ("text/plain",)),
    ResultFormat("rdfxml", "application/rdf+xml", FORMATS_IRI + "RDF_XML", ("application/xml", "text/xml")),
    ResultFormat("jsonld", "application/ld+json", FORMATS_IRI + "JSON-LD", ("application/json",)),
)

OF_FORM = {SELECT: SOLUTIONS, ASK: SOLUTIONS, CONSTRUCT: TRIPLES, DESCRIBE: TRIPLES}
CSV = SOLUTIONS[2]
