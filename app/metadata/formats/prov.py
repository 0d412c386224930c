"""PROV-O (w3.org/TR/prov-o) as Turtle: which version came of which, and what the portal did to each file on its way.

A table's cleaning is an activity that used the file as it was sent and generated the clean one. Each rule is a plan
of it, with the number of cells or rows it changed; the receipt, which has every single change, was generated too.
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import PROV, RDFS, XSD, Literal, URIRef
from rdflib.plugins.serializers.turtle import TurtleSerializer

from app.catalog import addresses
from app.kernel.text import Text, text_of
from app.metadata.format import Format
from app.metadata.rdf import SPDX, add_text, add_types, clean, instant, new_graph, part
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from rdflib import Graph

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, Intake, RepairCount, ResourceRecord, StoredFile, VersionRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as Turtle, always in the same order."""
    triples = new_graph()
    dataset = URIRef(site.absolute(addresses.dataset(record.slug)))
    _add_agents(triples, record, site)
    _add_versions(triples, dataset, record)
    for resource in record.resources:
        if resource.intake is not None and record.version is not None:
            _add_cleaning(triples, dataset, record, resource, site)
    serializer, stream = TurtleSerializer(triples), io.BytesIO()
    serializer.topClasses = [PROV.Entity, PROV.Activity]
    serializer.serialize(stream)
    return stream.getvalue()


def _add_agents(triples: Graph, record: DatasetRecord, site: Site) -> None:
    publisher, portal = _publisher(record, site), _portal(site)
    add_types(triples, publisher, PROV.Agent, PROV.Organization)
    add_text(triples, publisher, RDFS.label, record.publisher.title or text_of(record.publisher.slug))
    add_types(triples, portal, PROV.Agent, PROV.SoftwareAgent)
    add_text(triples, portal, RDFS.label, site.title)
    triples.add((portal, PROV.actedOnBehalfOf, publisher))


def _add_versions(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    add_types(triples, dataset, PROV.Entity)
    add_text(triples, dataset, RDFS.label, record.title or text_of(record.name))
    for version in record.versions:
        entity = _version(dataset, version)
        add_types(triples, entity, PROV.Entity)
        triples.add((entity, RDFS.label, Literal(clean(version_name(version)))))
        triples.add((entity, PROV.specializationOf, dataset))
        triples.add((entity, PROV.generatedAtTime, instant(version.published)))
    for later, earlier in pairwise(record.versions):
        triples.add((_version(dataset, later), PROV.wasRevisionOf, _version(dataset, earlier)))


def _add_cleaning(triples: Graph, dataset: URIRef, record: DatasetRecord, resource: ResourceRecord, site: Site) -> None:
    if record.version is None or resource.intake is None:
        return
    activity = part(dataset, f"cleaning-{resource.id}")
    clean_file = URIRef(site.absolute(addresses.data(record.slug, resource.file.name)))
    add_types(triples, activity, PROV.Activity)
    add_text(triples, activity, RDFS.label, Text("受け入れと整形", "Intake and cleaning"))
    triples.add((activity, PROV.endedAtTime, instant(record.version.published)))
    triples.add((activity, PROV.wasAssociatedWith, _publisher(record, site)))
    triples.add((activity, DCT.description, Literal(_sentence(resource.intake, resource), lang="en")))
    _add_file(triples, clean_file, resource.file)
    triples.add((clean_file, PROV.wasGeneratedBy, activity))
    triples.add((_version(dataset, record.version), PROV.hadMember, clean_file))
    add_types(triples, _version(dataset, record.version), PROV.Collection)
    if resource.original is not None:
        sent = URIRef(site.absolute(addresses.original(record.slug, resource.original.name)))
        _add_file(triples, sent, resource.original)
        triples.add((activity, PROV.used, sent))
        triples.add((clean_file, PROV.wasDerivedFrom, sent))
    if resource.intake.receipt is not None:
        receipt = URIRef(site.absolute(addresses.receipt(record.slug, resource.name)))
        _add_file(triples, receipt, resource.intake.receipt)
        triples.add((receipt, PROV.wasGeneratedBy, activity))
    for number, repair in enumerate(resource.intake.repairs, start=1):
        _add_repair(triples, activity, number, repair, _portal(site))


def _add_repair(triples: Graph, activity: URIRef, number: int, repair: RepairCount, portal: URIRef) -> None:
    association, plan = URIRef(f"{activity}-repair-{number}"), URIRef(f"{activity}-rule-{repair.rule}")
    add_types(triples, association, PROV.Association)
    triples.add((activity, PROV.qualifiedAssociation, association))
    triples.add((activity, PROV.wasAssociatedWith, portal))
    triples.add((association, PROV.agent, portal))
    triples.add((association, PROV.hadPlan, plan))
    place = f" in column “{repair.column}”" if repair.column else ""
    triples.add((association, RDFS.comment, Literal(clean(f"{repair.rule}{place}: {repair.count}"), lang="en")))
    triples.add((association, PROV.value, Literal(repair.count, datatype=XSD.nonNegativeInteger)))
    add_types(triples, plan, PROV.Plan, PROV.Entity)
    triples.add((plan, DCT.identifier, Literal(repair.rule)))


def _add_file(triples: Graph, address: URIRef, file: StoredFile) -> None:
    add_types(triples, address, PROV.Entity)
    triples.add((address, RDFS.label, Literal(clean(file.name))))
    triples.add((address, DCT.format, Literal(file.media_type)))
    checksum = URIRef(f"{address}#checksum")
    triples.add((address, SPDX.checksum, checksum))
    add_types(triples, checksum, SPDX.Checksum)
    triples.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    triples.add((checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary)))


def _sentence(intake: Intake, resource: ResourceRecord) -> str:
    rows = resource.table.rows if resource.table else 0
    return f"{intake.rows_in} rows came in, {rows} were published, {intake.rows_apart} were set apart."


def _version(dataset: URIRef, version: VersionRecord) -> URIRef:
    return URIRef(f"{dataset}/v/{version.number}")


def _publisher(record: DatasetRecord, site: Site) -> URIRef:
    return URIRef(site.absolute(addresses.publisher(record.publisher.slug)))


def _portal(site: Site) -> URIRef:
    return URIRef(site.absolute("/#portal"))


FORMAT = Format(
    name="prov",
    title=Text("来歴（PROV-O、Turtle）", "Provenance (PROV-O, Turtle)"),
    media_type="text/turtle",
    suffix="/provenance.ttl",
    standard="https://www.w3.org/TR/prov-o/",
    render=render,
)
