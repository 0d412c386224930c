"""The portal's quality metrics as a vocabulary (w3.org/TR/vocab-dqv): what is measured, and which dimension it is of.

Three families: measurements under ISO/IEC 25012, the rules of machine-readability (行政データにおける機械可読性に関する
ルール), and the EU's metadata quality assessment. Addresses are `{site}/ns/quality#...`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rdflib import DCTERMS as DCT
from rdflib import RDF, SKOS, XSD, Graph, Literal, URIRef

from app.catalog.record import Access, DatasetRecord, Publisher, ResourceRecord, State, StoredFile, Table
from app.kernel.text import Text
from app.metadata import mqa
from app.metadata.rdf import DQV, add_text, add_types, new_graph
from app.quality.measurements import measure
from app.quality.rules import LEVEL_TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.addresses import Site
    from app.quality.measurements import Measurement

QUALITY = "/ns/quality"
TITLE = Text("品質の指標", "Metrics of quality")

# ISO/IEC 25012: the characteristics that are measured, and whether they lie in the data, in the system, or in both.
CHARACTERISTICS: Mapping[str, tuple[Text, str]] = {
    "completeness": (Text("完全性", "Completeness"), "inherent"),
    "consistency": (Text("一貫性", "Consistency"), "inherent"),
    "currentness": (Text("最新性", "Currentness"), "inherent"),
    "accessibility": (Text("アクセシビリティ", "Accessibility"), "both"),
    "efficiency": (Text("効率性", "Efficiency"), "both"),
    "precision": (Text("精度", "Precision"), "both"),
    "traceability": (Text("追跡可能性", "Traceability"), "both"),
    "understandability": (Text("理解性", "Understandability"), "both"),
    "portability": (Text("移植性", "Portability"), "system"),
}
CATEGORIES: Mapping[str, Text] = {
    "inherent": Text("データそのものの品質（ISO/IEC 25012）", "Inherent data quality (ISO/IEC 25012)"),
    "both": Text(
        "データとシステムの両方による品質（ISO/IEC 25012）",
        "Inherent and system-dependent data quality (ISO/IEC 25012)",
    ),
    "system": Text("システムによる品質（ISO/IEC 25012）", "System-dependent data quality (ISO/IEC 25012)"),
    "machine-readability": Text(
        "行政データにおける機械可読性に関するルール", "Rules of machine-readability of government data"
    ),
    "mqa": Text("EUのメタデータ品質評価（MQA）", "The EU's metadata quality assessment (MQA)"),
}
READABLE = Text("機械可読性", "Machine-readability")
_SCORE = Text(
    "30のルールによる0〜100点です。判定できないルールは点に入りません。",
    "0 to 100 points by 30 rules; rules that cannot be judged do not count.",
)


def metric(name: str, site: Site) -> URIRef:
    """Answer the address of a metric, a dimension or a category."""
    return URIRef(f"{site.absolute(QUALITY)}#{name}")


def quality_vocabulary(site: Site) -> Graph:
    """Describe every metric."""
    triples = new_graph()
    for each in _measures():
        add_measure(triples, each, site)
    for name in (*SCORES, *(level_name(level) for level in LEVEL_TITLES)):
        add_score(triples, name, site)
    for rule in mqa.rules():
        add_indicator(triples, rule, site)
    return triples


def add_measure(triples: Graph, given: Measurement, site: Site) -> None:
    """Describe the metric that a measurement is of."""
    if (metric(given.id, site), None, None) in triples:
        return
    title, category = CHARACTERISTICS[given.characteristic]
    dimension = _add_dimension(triples, f"dimension-{given.characteristic}", title, category, site)
    _add_metric(triples, metric(given.id, site), (given.title, given.how), XSD.decimal, dimension)


SCORES: Mapping[str, Text] = {
    "machine-readability": Text("機械可読性（公開されたファイル）", "Machine-readability of the published file"),
    "machine-readability-sent": Text("機械可読性（送られたファイル）", "Machine-readability of the file as sent"),
}


def level_name(level: int) -> str:
    """Name the metric of one level of machine-readability."""
    return f"machine-readability-level-{level}"


def add_score(triples: Graph, name: str, site: Site) -> None:
    """Describe a score of machine-readability."""
    if (metric(name, site), None, None) in triples:
        return
    levels = {level_name(level): title for level, title in LEVEL_TITLES.items()}
    title = SCORES.get(name) or levels[name]
    dimension = _add_dimension(triples, "dimension-machine-readability", READABLE, "machine-readability", site)
    _add_metric(triples, metric(name, site), (title, _SCORE), XSD.integer, dimension)


def add_indicator(triples: Graph, rule: mqa.Rule | mqa.Indicator, site: Site) -> None:
    """Describe an indicator of the EU's assessment."""
    dimension = _add_dimension(
        triples, f"dimension-mqa-{rule.dimension}", mqa.dimensions()[rule.dimension], "mqa", site
    )
    worth = Text(f"MQAで{rule.weight}点の指標です。", f"An indicator of the MQA, worth {rule.weight} points.")
    _add_metric(triples, metric(f"mqa-{rule.id}", site), (rule.title, worth), XSD.boolean, dimension)


def _add_metric(triples: Graph, address: URIRef, words: tuple[Text, Text], values: URIRef, dimension: URIRef) -> None:
    title, definition = words
    add_types(triples, address, DQV.Metric)
    add_text(triples, address, SKOS.prefLabel, title)
    add_text(triples, address, SKOS.definition, definition)
    triples.add((address, DQV.expectedDataType, values))
    triples.add((address, DQV.inDimension, dimension))


def _add_dimension(triples: Graph, name: str, title: Text, category: str, site: Site) -> URIRef:
    scheme = URIRef(site.absolute(QUALITY))
    dimension, above = metric(name, site), metric(f"category-{category}", site)
    for address, kind, words in ((dimension, DQV.Dimension, title), (above, DQV.Category, CATEGORIES[category])):
        add_types(triples, address, kind, SKOS.Concept)
        add_text(triples, address, SKOS.prefLabel, words)
        triples.add((address, SKOS.inScheme, scheme))
    triples.add((dimension, DQV.inCategory, above))
    triples.add((scheme, RDF.type, SKOS.ConceptScheme))
    add_text(triples, scheme, DCT.title, TITLE)
    return dimension


def add_value(triples: Graph, subject: URIRef, address: URIRef, of: URIRef, value: Literal) -> None:
    """Say what one metric measured of a dataset or of a file."""
    triples.add((subject, DQV.hasQualityMeasurement, address))
    triples.add((address, RDF.type, DQV.QualityMeasurement))
    triples.add((address, DQV.computedOn, subject))
    triples.add((address, DQV.isMeasurementOf, of))
    triples.add((address, DQV.value, value))


def _measures() -> tuple[Measurement, ...]:
    """List all measurements there are: of an empty table, none of which has a value."""
    moment = datetime(2000, 1, 1, tzinfo=UTC)
    table = ResourceRecord("", "", Text(), Text(), "CSV", StoredFile("", "", 0, ""), table=Table((), 0, {}))
    dataset = DatasetRecord(
        id="",
        slug="",
        name="",
        title=Text(),
        description=Text(),
        description_html=Text(),
        publisher=Publisher("", "", Text()),
        state=State.DRAFT,
        access=Access.PUBLIC,
        created=moment,
        modified=moment,
        revision=0,
    )
    return measure(table, dataset, moment)
