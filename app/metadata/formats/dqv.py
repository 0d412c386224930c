"""How good a dataset is, in the Data Quality Vocabulary (w3.org/TR/vocab-dqv) as Turtle.

Each measurement stands with its metric, the metric with its dimension, in one file. Nothing depends on the time of
day: the data is measured as of the moment at which its description last changed, and the file says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import PROV, XSD, Graph, Literal, URIRef

from app.kernel.text import Text, text_of
from app.metadata import mqa
from app.metadata.distributions import distributions
from app.metadata.format import Format
from app.metadata.graph import graph
from app.metadata.graph_quality import (
    SCORES,
    add_indicator,
    add_measure,
    add_score,
    add_value,
    level_name,
    metric,
)
from app.metadata.graph_syntaxes import turtle
from app.metadata.rdf import DCAT, DQV, add_text, add_types, dataset_address, instant, new_graph
from app.quality.assessment import assess
from app.quality.measurements import measure

if TYPE_CHECKING:
    from datetime import datetime

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, ResourceRecord

STANDARD = "https://www.w3.org/TR/vocab-dqv/"
# A share to four places: more would be noise of division.
PLACES = Decimal("0.0001")
# What only validators can tell; `metadata/checks` asks them.
UNKNOWN = "dcat-ap"


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the measurements as Turtle, always in the same order."""
    return turtle(quality_graph(record, site))


def quality_graph(record: DatasetRecord, site: Site) -> Graph:
    """Measure every file that is here, and the description of the dataset."""
    triples = new_graph()
    dataset = dataset_address(record, site)
    document = URIRef(f"{dataset}/quality.ttl")
    moment = _moment(record)
    _add_heading(triples, dataset, document, record, moment)
    files = _main_files(record, site)
    for resource in record.resources:
        file = URIRef(files[resource.file.name])
        add_types(triples, file, DCAT.Distribution)
        _add_measurements(triples, file, document, record, resource, moment, site)
        _add_scores(triples, file, document, record, resource, site)
    _add_indicators(triples, dataset, document, record, site)
    for measurement in set(triples.objects(None, DQV.hasQualityMeasurement)):
        triples.add((measurement, PROV.generatedAtTime, instant(moment)))
    return triples


def _moment(record: DatasetRecord) -> datetime:
    return record.version.published if record.pinned and record.version else record.modified


def _main_files(record: DatasetRecord, site: Site) -> dict[str, str]:
    """Answer the addresses of the distributions by the names of their files."""
    return {each.file.name: each.id for each in distributions(record, site) if each.file}


def _add_heading(triples: Graph, dataset: URIRef, document: URIRef, record: DatasetRecord, moment: datetime) -> None:
    title = record.title or text_of(record.name or record.slug)
    add_types(triples, dataset, DCAT.Dataset)
    add_text(triples, dataset, DCT.title, title)
    triples.add((dataset, DQV.hasQualityMetadata, document))
    add_types(triples, document, DQV.QualityMetadata)
    add_text(
        triples,
        document,
        DCT.title,
        Text(f"「{title.get('ja')}」の品質", f"Quality of “{title.get('en')}”"),
    )
    triples.add((document, PROV.generatedAtTime, instant(moment)))


def _add_measurements(
    triples: Graph,
    file: URIRef,
    document: URIRef,
    record: DatasetRecord,
    resource: ResourceRecord,
    moment: datetime,
    site: Site,
) -> None:
    for each in measure(resource, record, moment):
        if each.value is None:
            continue
        add_measure(triples, each, site)
        value = Literal(Decimal(str(each.value)).quantize(PLACES), datatype=XSD.decimal)
        add_value(triples, file, _name(document, resource, each.id), metric(each.id, site), value)


def _add_scores(
    triples: Graph, file: URIRef, document: URIRef, record: DatasetRecord, resource: ResourceRecord, site: Site
) -> None:
    found = assess(resource, record)
    published, sent = SCORES
    scores = {published: found.total_published.value, sent: found.total_sent.value}
    scores |= {level_name(each.level): each.value for each in found.published}
    for name, points in scores.items():
        if points is not None:
            add_score(triples, name, site)
            value = Literal(points, datatype=XSD.integer)
            add_value(triples, file, _name(document, resource, name), metric(name, site), value)


def _add_indicators(triples: Graph, dataset: URIRef, document: URIRef, record: DatasetRecord, site: Site) -> None:
    """Give the EU's assessment. Our own addresses answer; of those elsewhere nobody has asked."""
    own = {address for each in distributions(record, site) if each.file for address in (each.page, each.download)}
    marks = mqa.score(graph(record, site), dataset, answers=own.__contains__)
    for indicator in marks.indicators:
        if indicator.id == UNKNOWN or (_is_asked(indicator.id) and _is_elsewhere(record)):
            continue
        add_indicator(triples, indicator, site)
        name = f"mqa-{indicator.id}"
        add_value(triples, dataset, URIRef(f"{document}#{name}"), metric(name, site), Literal(indicator.met))


def _is_asked(indicator: str) -> bool:
    return indicator.endswith("-url-status")


def _is_elsewhere(record: DatasetRecord) -> bool:
    return not record.resources and bool(record.links)


def _name(document: URIRef, resource: ResourceRecord, name: str) -> URIRef:
    return URIRef(f"{document}#{resource.id}-{name}")


FORMAT = Format(
    name="dqv",
    title=Text("品質（DQV、Turtle）", "Quality (DQV, Turtle)"),
    media_type="text/turtle",
    suffix="/quality.ttl",
    standard=STANDARD,
    profile=STANDARD,
    render=render,
)
