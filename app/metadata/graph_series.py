"""A series of datasets that repeat by period, as a `dcat:DatasetSeries` (w3.org/TR/vocab-dcat-3, 11)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from rdflib import DCTERMS as DCT
from rdflib import Graph, URIRef

from app.catalog import addresses
from app.catalog.record import DatasetRecord, Period, Publisher
from app.kernel.text import Text, text_of
from app.metadata.graph_agents import add_contact, add_publisher
from app.metadata.graph_subjects import add_period, add_places
from app.metadata.rdf import DCAT, add_text, add_types, dataset_address, instant, new_graph

if TYPE_CHECKING:
    from app.catalog.addresses import Site


class SeriesRecord(Protocol):
    """What a description needs of a series: `members` stand in order of their periods."""

    @property
    def slug(self) -> str:
        """What stands in its address."""

    @property
    def title(self) -> Text:
        """Its name."""

    @property
    def publisher(self) -> Publisher:
        """Who answers for all of it."""

    @property
    def members(self) -> tuple[DatasetRecord, ...]:
        """Its datasets, the earliest period first."""


def series_graph(series: SeriesRecord, site: Site) -> Graph:
    """Describe the series and name its datasets, each with those before and after it."""
    triples = new_graph()
    whole = URIRef(site.absolute(addresses.series(series.slug)))
    title = series.title or text_of(series.slug)
    add_types(triples, whole, DCAT.DatasetSeries, DCAT.Resource)
    add_text(triples, whole, DCT.title, title)
    add_text(triples, whole, DCT.description, _description(title, len(series.members)))
    add_publisher(triples, whole, series.publisher, site)
    contacts = (series.publisher.contact, *(member.contact for member in reversed(series.members)))
    add_contact(triples, whole, contacts, series.publisher.title)
    add_places(triples, whole, tuple(dict.fromkeys(words for member in series.members for words in member.spatial)))
    add_period(triples, whole, _period(series.members))
    _add_dates(triples, whole, series.members)
    for member in series.members:
        _add_member(triples, whole, member, site)
    _add_order(triples, whole, [dataset_address(member, site) for member in series.members])
    return triples


def _add_member(triples: Graph, whole: URIRef, member: DatasetRecord, site: Site) -> None:
    dataset = dataset_address(member, site)
    title = member.title or text_of(member.name or member.slug)
    triples.add((whole, DCAT.seriesMember, dataset))
    triples.add((dataset, DCAT.inSeries, whole))
    add_types(triples, dataset, DCAT.Dataset, DCAT.Resource)
    add_text(triples, dataset, DCT.title, title)
    add_text(triples, dataset, DCT.description, member.description or title)
    add_publisher(triples, dataset, member.publisher, site)
    add_period(triples, dataset, member.temporal)


def _add_order(triples: Graph, whole: URIRef, datasets: list[URIRef]) -> None:
    if datasets:
        triples.add((whole, DCAT.first, datasets[0]))
        triples.add((whole, DCAT.last, datasets[-1]))
    for earlier, later in pairwise(datasets):
        triples.add((earlier, DCAT.next, later))
        triples.add((later, DCAT.prev, earlier))


def _add_dates(triples: Graph, whole: URIRef, members: tuple[DatasetRecord, ...]) -> None:
    issued = [member.issued for member in members if member.issued]
    if issued:
        triples.add((whole, DCT.issued, instant(min(issued))))
    if members:
        triples.add((whole, DCT.modified, instant(max(member.modified for member in members))))


def _period(members: tuple[DatasetRecord, ...]) -> Period:
    """Take the days of all members together; an end is open where one member's is."""
    starts = [member.temporal.start for member in members]
    ends = [member.temporal.end for member in members]
    first = [day for day in starts if day]
    last = [day for day in ends if day]
    return Period(
        min(first) if first and len(first) == len(starts) else None,
        max(last) if last and len(last) == len(ends) else None,
    )


def _description(title: Text, count: int) -> Text:
    return Text(
        f"期間ごとに公開される「{title.get('ja')}」のデータセット{count}件です。",
        f"{count} datasets of “{title.get('en')}”, published by period.",
    )
