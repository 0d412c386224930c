"""The meaning of columns as triples, so that a query finds datasets by what they measure and in which unit.

A column is a `csvw:Column` (w3.org/ns/csvw) of its table's schema and a `schema:PropertyValue` that the dataset points
to with `schema:variableMeasured` (schema.org): the first is read by tools for tables, the second by search engines.
Units and propertyID are schema.org's, the table of codes is `qb:codeList` (w3.org/TR/vocab-data-cube).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import RDF, SKOS, XSD, Graph, Literal, URIRef

from app.catalog.meanings import MEANINGS
from app.kernel.text import Text
from app.metadata.links import web_link
from app.metadata.rdf import CSVW, QB, SCHEMA, add_text, add_types, clean, name_concept

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.meanings import Meaning
    from app.catalog.record import Column, ResourceRecord
    from app.metadata.distributions import Distribution

MEANINGS_SPACE = "/ns/meanings"
MEANINGS_TITLE = Text("列の意味", "Meanings of columns")
# A graph is read whole; the table's own CSVW file lists every column of the widest tables.
MOST = 300
# Table Schema (v2) types as XML Schema's. What has no type of its own there is text.
DATATYPES = {
    "boolean": XSD.boolean,
    "date": XSD.date,
    "datetime": XSD.dateTime,
    "duration": XSD.duration,
    "integer": XSD.integer,
    "number": XSD.decimal,
    "time": XSD.time,
    "year": XSD.gYear,
    "yearmonth": XSD.gYearMonth,
}


def add_columns(triples: Graph, dataset: URIRef, given: Distribution, resource: ResourceRecord, site: Site) -> None:
    """Describe the columns of a table's main file."""
    if not resource.table:
        return
    table, schema = URIRef(given.id), URIRef(f"{given.id}-schema")
    triples.add((table, RDF.type, CSVW.Table))
    triples.add((table, CSVW.url, Literal(given.download, datatype=XSD.anyURI)))
    triples.add((table, CSVW.tableSchema, schema))
    triples.add((schema, RDF.type, CSVW.Schema))
    for number, column in enumerate(resource.table.columns[:MOST], start=1):
        address = URIRef(f"{given.id}-column-{number}")
        triples.add((schema, CSVW.column, address))
        triples.add((dataset, SCHEMA.variableMeasured, address))
        triples.add((address, SCHEMA.position, Literal(number)))
        _add_column(triples, address, column, site)


def _add_column(triples: Graph, address: URIRef, column: Column, site: Site) -> None:
    add_types(triples, address, CSVW.Column, SCHEMA.PropertyValue)
    triples.add((address, CSVW.name, Literal(clean(column.name))))
    triples.add((address, SCHEMA.name, Literal(clean(column.name))))
    add_text(triples, address, CSVW.title, column.title)
    add_text(triples, address, DCT.description, column.description)
    triples.add((address, CSVW.datatype, DATATYPES.get(column.type, XSD.string)))
    if column.unit:
        triples.add((address, SCHEMA.unitText, Literal(clean(column.unit))))
    if codes := web_link(column.code_list):
        triples.add((address, QB.codeList, URIRef(codes)))
    if meaning := MEANINGS.get(column.meaning):
        triples.add((address, SCHEMA.propertyID, add_meaning(triples, column.meaning, meaning, site)))


def add_meaning(triples: Graph, code: str, meaning: Meaning, site: Site) -> URIRef:
    """Name what the values of columns can be about; return its address."""
    scheme = URIRef(site.absolute(MEANINGS_SPACE))
    concept = URIRef(f"{scheme}/{code}")
    name_concept(triples, concept, scheme, meaning.title, MEANINGS_TITLE)
    if meaning.uri:
        triples.add((concept, SKOS.closeMatch, URIRef(meaning.uri)))
    return concept
