"""PROV-O (w3.org/TR/prov-o) as Turtle: which version came of which, and what the portal did to each file on its way.

A table's cleaning is an activity that used the file as it was sent and generated the clean one. Each rule is a plan
of it, with the number of cells or rows it changed; the receipt, which has every single change, was generated too.
The description is an entity of its own: what the publisher left out and the portal worked out is named, with how.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import PROV, RDFS, XSD, Literal, URIRef

from app.catalog import addresses
from app.kernel.text import Text, text_of
from app.metadata.format import Format
from app.metadata.graph_syntaxes import turtle
from app.metadata.graph_versions import listed_versions, version_address
from app.metadata.links import web_link
from app.metadata.rdf import SPDX, add_text, add_types, clean, dataset_address, instant, new_graph, part
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from rdflib import Graph

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, Intake, RepairCount, ResourceRecord, StoredFile


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the graph as Turtle, always in the same order."""
    return turtle(provenance_graph(record, site))


def provenance_graph(record: DatasetRecord, site: Site) -> Graph:
    """Tell the history of a dataset, or of one version of it."""
    triples = new_graph()
    dataset = dataset_address(record, site)
    _add_agents(triples, record, site)
    _add_versions(triples, dataset, record, site)
    _add_origins(triples, dataset, record)
    _add_description(triples, dataset, record, site)
    for resource in record.resources:
        _add_cleaning(triples, dataset, record, resource, site)
    return triples


def _add_agents(triples: Graph, record: DatasetRecord, site: Site) -> None:
    publisher, portal = _publisher(record, site), _portal(site)
    add_types(triples, publisher, PROV.Agent, PROV.Organization)
    add_text(triples, publisher, RDFS.label, record.publisher.title or text_of(record.publisher.slug))
    add_types(triples, portal, PROV.Agent, PROV.SoftwareAgent)
    add_text(triples, portal, RDFS.label, site.title)
    triples.add((portal, PROV.actedOnBehalfOf, publisher))


def _add_versions(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    whole = URIRef(site.absolute(addresses.dataset(record.slug)))
    title = record.title or text_of(record.name or record.slug)
    for entity in {dataset, whole}:
        add_types(triples, entity, PROV.Entity)
    add_text(triples, whole, RDFS.label, title)
    triples.add((dataset, PROV.wasAttributedTo, _publisher(record, site)))
    versions = listed_versions(record)
    for version in versions:
        entity = version_address(record, version, site)
        add_types(triples, entity, PROV.Entity)
        triples.add((entity, RDFS.label, Literal(clean(version_name(version)))))
        triples.add((entity, PROV.specializationOf, whole))
        triples.add((entity, PROV.generatedAtTime, instant(version.published)))
    for later, earlier in pairwise(versions):
        newer, older = (version_address(record, version, site) for version in (later, earlier))
        triples.add((newer, PROV.wasRevisionOf, older))


def _add_origins(triples: Graph, dataset: URIRef, record: DatasetRecord) -> None:
    """Name what the data was made from, and the files elsewhere that belong to it."""
    for source in record.sources:
        if link := web_link(source.url):
            _add_elsewhere(triples, URIRef(link), text_of(source.title or link))
            triples.add((dataset, PROV.wasDerivedFrom, URIRef(link)))
    for each in record.links:
        if link := web_link(each.url):
            _add_elsewhere(triples, URIRef(link), each.title or text_of(each.name or link))
            add_types(triples, dataset, PROV.Collection)
            triples.add((dataset, PROV.hadMember, URIRef(link)))


def _add_elsewhere(triples: Graph, address: URIRef, title: Text) -> None:
    add_types(triples, address, PROV.Entity)
    add_text(triples, address, RDFS.label, title)


def _add_description(triples: Graph, dataset: URIRef, record: DatasetRecord, site: Site) -> None:
    """Tell what of the description the publisher said and what the portal worked out."""
    description = part(dataset, "record")
    add_types(triples, description, PROV.Entity)
    add_text(triples, description, RDFS.label, Text(f"記述（{record.revision}）", f"Description ({record.revision})"))
    triples.add((description, PROV.generatedAtTime, instant(record.modified)))
    triples.add((description, PROV.wasAttributedTo, _publisher(record, site)))
    if not record.derived:
        return
    completion = part(dataset, "completion")
    add_types(triples, completion, PROV.Activity)
    add_text(triples, completion, RDFS.label, Text("空欄の補完", "Filling in what was left out"))
    triples.add((completion, PROV.wasAssociatedWith, _portal(site)))
    add_types(triples, description, PROV.Collection)
    for derived in record.derived:
        field = part(dataset, f"derived-{derived.field}")
        add_types(triples, field, PROV.Entity)
        triples.add((field, RDFS.label, Literal(derived.field)))
        add_text(triples, field, DCT.description, derived.how)
        triples.add((field, PROV.wasGeneratedBy, completion))
        triples.add((description, PROV.hadMember, field))


def _add_cleaning(triples: Graph, dataset: URIRef, record: DatasetRecord, resource: ResourceRecord, site: Site) -> None:
    if record.version is None or resource.intake is None:
        return
    activity = part(dataset, f"cleaning-{resource.id}")
    clean_file = URIRef(site.absolute(addresses.data(record.path, resource.file.name)))
    add_types(triples, activity, PROV.Activity)
    add_text(triples, activity, RDFS.label, Text("受け入れと整形", "Intake and cleaning"))
    triples.add((activity, PROV.endedAtTime, instant(record.version.published)))
    triples.add((activity, PROV.wasAssociatedWith, _publisher(record, site)))
    triples.add((activity, DCT.description, Literal(_sentence(resource.intake, resource), lang="en")))
    _add_file(triples, clean_file, resource.file)
    triples.add((clean_file, PROV.wasGeneratedBy, activity))
    version = version_address(record, record.version, site)
    triples.add((version, PROV.hadMember, clean_file))
    add_types(triples, version, PROV.Collection)
    if resource.original is not None:
        sent = URIRef(site.absolute(addresses.original(record.path, resource.original.name)))
        _add_file(triples, sent, resource.original)
        triples.add((activity, PROV.used, sent))
        triples.add((clean_file, PROV.wasDerivedFrom, sent))
    if resource.intake.receipt is not None:
        receipt = URIRef(site.absolute(addresses.receipt(record.path, resource.name)))
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
