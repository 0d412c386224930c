"""Graphs of every kind that the portal serves, for whatever validator wants to see them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from rdflib import Graph

from app.catalog.record import AiUse, DatasetRecord, Derived, Link, Period, Series, State
from app.catalog.series import SeriesRecord
from app.kernel.text import Text
from app.metadata.catalog_graph import Place, catalog_page
from app.metadata.graph import add_dataset, graph
from app.metadata.graph_series import series_graph
from app.metadata.rdf import new_graph
from tests.records import HOSTILE_TITLES, SITE, bare_record, draft_record, sample_record

SERIES = Series("aoba-city.population", Text("青葉市の町別人口", "Population of Aoba City by town"))
PORTAL = replace(SITE, email="portal@example.jp", area="131016")


def full_record() -> DatasetRecord:
    """Everything that can be said of a dataset, said."""
    return sample_record(
        groups=("c004",),
        spatial=("131016",),
        provenance=Text("住民基本台帳から集計しています。", "Counted from the resident register."),
        caveats=Text("外国人住民を含みます。", "Foreign residents are included."),
        conforms_to=("https://example.jp/standard",),
        ai_use=AiUse.INPUT,
        in_series=SERIES,
        contributors=(),
        derived=(Derived("themes", Text("分類に対応する分野です。", "The themes that go with its groups.")),),
    )


def linked_record() -> DatasetRecord:
    """A dataset that has no file here, only files elsewhere."""
    changed = datetime(2026, 1, 2, tzinfo=UTC)
    first = Link("a", "https://example.jp/表.csv", Text("表"), format="CSV", size=12, modified=changed)
    return replace(draft_record(), state=State.PUBLISHED, links=(first, Link("b", "http://example.jp/b")))


def many(titles: Iterable[str]) -> Graph:
    """Give each title to a dataset of its own, as title and as description."""
    triples = new_graph()
    for number, title in enumerate(titles):
        words = Text(ja=title, en=title)
        changed = bare_record(slug=f"odd-{number}", title=words, description=words, keywords=(title,))
        add_dataset(triples, changed, SITE)
    return triples


def naughty(shared_data: Path) -> Graph:
    """Put every string of the big list of naughty strings into titles, descriptions and keywords, six a dataset."""
    strings: list[str] = json.loads((shared_data / "hostile" / "blns" / "blns.json").read_text(encoding="utf-8"))
    triples = new_graph()
    for start in range(0, len(strings), 6):
        six = (*strings[start : start + 6], "", "", "", "")
        title, description = Text(six[0], six[1]), Text(six[2], six[3])
        changed = bare_record(slug=f"naughty-{start}", title=title, description=description, keywords=six[4:])
        add_dataset(triples, changed, SITE)
    return triples


def graphs() -> dict[str, Graph]:
    """Make one graph of each kind."""
    full = full_record()
    earlier = replace(full, slug="aoba-2025", temporal=Period(date(2025, 4, 1), date(2026, 3, 31)))
    series = SeriesRecord(SERIES.slug, SERIES.title, full.publisher, (earlier, full))
    page = Place(2, 3, 9, lambda number: f"https://data.example.jp/catalog.ttl?page={number}")
    return {
        "full": graph(full, SITE),
        "sample": graph(sample_record(), SITE),
        "bare": graph(bare_record(), SITE),
        "draft": graph(draft_record(), SITE),
        "links": graph(linked_record(), SITE),
        "pinned": graph(replace(full, pinned=True), SITE),
        "series": series_graph(series, SITE),
        "catalog": catalog_page((full, bare_record(), linked_record()), PORTAL, page),
        "hostile": many(HOSTILE_TITLES),
    }
