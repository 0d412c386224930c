"""How good a dataset is, in the Data Quality Vocabulary (w3.org/TR/vocab-dqv) as Turtle.

Each measurement stands with its metric, the metric with its dimension, in one file. Nothing depends on the time of
day: the data is measured as of the moment at which its description last changed, and the file says so.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    dataset = dataset_address(record, site)
    sheet = _Sheet(new_graph(), URIRef(f"{dataset}/quality.ttl"), site, _moment(record))
    _add_heading(sheet, dataset, record)
    files = {each.file.name: each.id for each in distributions(record, site) if each.file}
    for resource in record.resources:
        file = URIRef(files[resource.file.name])
        add_types(sheet.triples, file, DCAT.Distribution)
        _add_measurements(sheet, file, record, resource)
        _add_scores(sheet, file, record, resource)
    _add_indicators(sheet, dataset, record)
    return sheet.triples


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where measurements are written down: the graph, its address, and when they were taken."""

    triples: Graph
    document: URIRef
    site: Site
    moment: datetime

    def add(self, subject: URIRef, metric_name: str, value: Literal, *, of: str = "") -> None:
        """Write one measurement of the subject; `of` tells files of one dataset apart."""
        address = URIRef(f"{self.document}#{of}{metric_name}")
        add_value(self.triples, subject, address, metric(metric_name, self.site), value)
        self.triples.add((address, PROV.generatedAtTime, instant(self.moment)))


def _moment(record: DatasetRecord) -> datetime:
    return record.version.published if record.pinned and record.version else record.modified


def _add_heading(sheet: _Sheet, dataset: URIRef, record: DatasetRecord) -> None:
    triples, title = sheet.triples, record.title or text_of(record.name or record.slug)
    add_types(triples, dataset, DCAT.Dataset)
    add_text(triples, dataset, DCT.title, title)
    triples.add((dataset, DQV.hasQualityMetadata, sheet.document))
    add_types(triples, sheet.document, DQV.QualityMetadata)
    heading = Text(f"「{title.get('ja')}」の品質", f"Quality of “{title.get('en')}”")
    add_text(triples, sheet.document, DCT.title, heading)
    triples.add((sheet.document, PROV.generatedAtTime, instant(sheet.moment)))


def _add_measurements(sheet: _Sheet, file: URIRef, record: DatasetRecord, resource: ResourceRecord) -> None:
    for each in measure(resource, record, sheet.moment):
        if each.value is not None:
            add_measure(sheet.triples, each, sheet.site)
            value = Literal(Decimal(str(each.value)).quantize(PLACES), datatype=XSD.decimal)
            sheet.add(file, each.id, value, of=f"{resource.id}-")


def _add_scores(sheet: _Sheet, file: URIRef, record: DatasetRecord, resource: ResourceRecord) -> None:
    found = assess(resource, record)
    published, sent = SCORES
    scores = {published: found.total_published.value, sent: found.total_sent.value}
    scores |= {level_name(each.level): each.value for each in found.published}
    for name, points in scores.items():
        if points is not None:
            add_score(sheet.triples, name, sheet.site)
            sheet.add(file, name, Literal(points, datatype=XSD.integer), of=f"{resource.id}-")


def _add_indicators(sheet: _Sheet, dataset: URIRef, record: DatasetRecord) -> None:
    """Give the EU's assessment. Our own addresses answer; of those elsewhere nobody has asked."""
    own = {address for each in distributions(record, sheet.site) if each.file for address in (each.page, each.download)}
    for indicator in mqa.score(graph(record, sheet.site), dataset, answers=own.__contains__).indicators:
        if indicator.id == UNKNOWN or (_is_asked(indicator.id) and _is_elsewhere(record)):
            continue
        add_indicator(sheet.triples, indicator, sheet.site)
        sheet.add(dataset, f"mqa-{indicator.id}", Literal(indicator.met))


def _is_asked(indicator: str) -> bool:
    return indicator.endswith("-url-status")


def _is_elsewhere(record: DatasetRecord) -> bool:
    return not record.resources and bool(record.links)


FORMAT = Format(
    name="dqv",
    title=Text("品質（DQV、Turtle）", "Quality (DQV, Turtle)"),
    media_type="text/turtle",
    suffix="/quality.ttl",
    standard=STANDARD,
    profile=STANDARD,
    render=render,
)
