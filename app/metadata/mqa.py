"""The EU's metadata quality assessment (data.europa.eu/mqa/methodology): 405 points from a dataset's RDF alone.

Works on anybody's DCAT, not only on ours. Indicators of distributions count for the distribution that scores best.
Where the methodology leaves room, the strict reading is taken: formats, media types, licences and access rights count
as taken from a vocabulary only as addresses of the tables themselves, and all that are given must be.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from rdflib import DCTERMS as DCT
from rdflib import Graph, Literal, URIRef

from app.catalog.vocabularies import AUTHORITY, FOLDER
from app.kernel.text import Text
from app.metadata.rdf import DCAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rdflib.term import Node

MAXIMUM = 405
# The least points of each rating, the best first.
RATINGS = ((351, "excellent"), (221, "good"), (121, "sufficient"), (0, "bad"))
# RFC 6838, 4.2: what is registered never begins with "x-".
_MEDIA_TYPE = re.compile(
    r"https?://www\.iana\.org/assignments/media-types/"
    r"(?:application|audio|font|haptics|image|message|model|multipart|text|video)/"
    r"(?!x[-.])[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of the assessment. `advice` says what the publisher does about it on this portal."""

    id: str
    dimension: str
    title: Text
    weight: int
    met: bool
    advice: Text


@dataclass(frozen=True, slots=True)
class Marks:
    """The assessment of one dataset. `rating` is excellent, good, sufficient or bad."""

    points: int
    maximum: int
    rating: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How many datasets meet an indicator, and what that gives their catalogue: (count / population) x weight."""

    id: str
    dimension: str
    title: Text
    weight: int
    count: int
    points: float
    advice: Text


@dataclass(frozen=True, slots=True)
class CatalogMarks:
    """The assessment of many datasets together; `population` is their number."""

    points: float
    maximum: int
    rating: str
    population: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """What a test may look at: the graph, the dataset or distribution, and what only the caller knows."""

    triples: Graph
    subject: Node
    answers: Callable[[str], bool]
    compliant: bool

    def objects(self, predicate: URIRef) -> list[Node]:
        """List what is really said: an empty text says nothing."""
        found = self.triples.objects(self.subject, predicate)
        return [each for each in found if not isinstance(each, Literal) or str(each).strip()]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the assessment's table. `of` says where its property stands: dataset, distribution, or either."""

    id: str
    dimension: str
    title: Text
    weight: int
    advice: Text
    of: str


@cache
def rules() -> tuple[Rule, ...]:
    """All 23 lines in their order."""
    return tuple(
        Rule(
            entry["id"],
            entry["dimension"],
            Text(entry["ja"], entry["en"]),
            entry["weight"],
            Text(entry["advice"]["ja"], entry["advice"]["en"]),
            entry["of"],
        )
        for entry in _table()["indicators"]
    )


@cache
def dimensions() -> Mapping[str, Text]:
    """The names of the five dimensions in their order."""
    return {name: Text(entry["ja"], entry["en"]) for name, entry in _table()["dimensions"].items()}


def score(triples: Graph, dataset: URIRef, *, answers: Callable[[str], bool], compliant: bool | None = None) -> Marks:
    """Assess one dataset of a graph.

    `answers` says whether a URL is known to answer with a status of 200 to 299; `compliant` whether the shapes of
    DCAT-AP accept the description, `None` where nobody asked them, which earns nothing.
    """
    case = _Case(triples, dataset, answers, compliant is True)
    best = max(_distributions(case), key=_points, default=frozenset())
    met = best | _met(case, "dataset") | _dates(case)
    return _marks(met)


def rating_of(points: float) -> str:
    """Name the category that so many points fall into."""
    whole = int(points)
    return next(name for least, name in RATINGS if whole >= least)


def rating_of_met(met: Iterable[str]) -> str:
    """Name the category of a dataset that meets these indicators."""
    return rating_of(_points(frozenset(met)))


def together(all_marks: Iterable[Marks]) -> CatalogMarks:
    """Assess a catalogue by the assessments of its datasets; one without datasets has no points."""
    population, counts = 0, dict.fromkeys((rule.id for rule in rules()), 0)
    for marks in all_marks:
        population += 1
        for indicator in marks.indicators:
            counts[indicator.id] += indicator.met
    return tally(counts, population)


def tally(counts: Mapping[str, int], population: int) -> CatalogMarks:
    """As `together`, from how many datasets meet each indicator."""
    shares = tuple(
        Share(
            rule.id,
            rule.dimension,
            rule.title,
            rule.weight,
            counts.get(rule.id, 0),
            round(counts.get(rule.id, 0) / population * rule.weight, 2) if population else 0.0,
            rule.advice,
        )
        for rule in rules()
    )
    exact = sum(share.count * share.weight for share in shares) / population if population else 0.0
    return CatalogMarks(round(exact, 1), MAXIMUM, rating_of(exact), population, shares)


def marks_of(met: Iterable[str]) -> Marks:
    """Write out the assessment of a dataset that meets these indicators."""
    return _marks(frozenset(met))


def _marks(met: frozenset[str]) -> Marks:
    indicators = tuple(
        Indicator(rule.id, rule.dimension, rule.title, rule.weight, rule.id in met, rule.advice) for rule in rules()
    )
    points = _points(met)
    return Marks(points, MAXIMUM, rating_of(points), indicators)


def _points(met: frozenset[str]) -> int:
    return sum(rule.weight for rule in rules() if rule.id in met)


def _distributions(case: _Case) -> Iterator[frozenset[str]]:
    for distribution in case.triples.objects(case.subject, DCAT.distribution):
        own = _Case(case.triples, distribution, case.answers, case.compliant)
        yield _met(own, "distribution") | _dates(own)


def _met(case: _Case, of: str) -> frozenset[str]:
    return frozenset(rule.id for rule in rules() if rule.of == of and TESTS[rule.id](case))


def _dates(case: _Case) -> frozenset[str]:
    """Find what may stand on the dataset or on its distribution."""
    return frozenset(rule.id for rule in rules() if rule.of == "either" and TESTS[rule.id](case))


def _says(predicate: URIRef) -> Callable[[_Case], bool]:
    return lambda case: bool(case.objects(predicate))


def _answers(predicate: URIRef) -> Callable[[_Case], bool]:
    return lambda case: any(case.answers(str(url)) for url in case.objects(predicate) if isinstance(url, URIRef))


def _among(predicate: URIRef, table: str, codes: str) -> Callable[[_Case], bool]:
    def test(case: _Case) -> bool:
        found = case.objects(predicate)
        return bool(found) and all(_code(each, table) in _codes(codes) for each in found)

    return test


def _kinds_from_vocabulary(case: _Case) -> bool:
    formats, media_types = case.objects(DCT["format"]), case.objects(DCAT.mediaType)
    if not (formats or media_types):
        return False
    known = _codes("file_types")
    return all(_code(each, "file-type") in known for each in formats) and all(
        isinstance(each, URIRef) and _MEDIA_TYPE.fullmatch(str(each)) for each in media_types
    )


def _code(term: Node, table: str) -> str:
    """Answer the code of an address in an EU authority table, else nothing."""
    prefix = f"{AUTHORITY}/{table}/"
    return str(term).removeprefix(prefix) if isinstance(term, URIRef) and term.startswith(prefix) else ""


@cache
def _codes(name: str) -> frozenset[str]:
    return frozenset(_table()[name])


def _table() -> Any:
    return json.loads((FOLDER / "mqa.json").read_text(encoding="utf-8"))


TESTS: Mapping[str, Callable[[_Case], bool]] = {
    "keyword": _says(DCAT.keyword),
    "theme": _says(DCAT.theme),
    "spatial": _says(DCT.spatial),
    "temporal": _says(DCT.temporal),
    "access-url-status": _answers(DCAT.accessURL),
    "download-url": _says(DCAT.downloadURL),
    "download-url-status": _answers(DCAT.downloadURL),
    "format": _says(DCT["format"]),
    "media-type": _says(DCAT.mediaType),
    "format-vocabulary": _kinds_from_vocabulary,
    "non-proprietary": _among(DCT["format"], "file-type", "non_proprietary"),
    "machine-readable": _among(DCT["format"], "file-type", "machine_readable"),
    "dcat-ap": lambda case: case.compliant,
    "license": _says(DCT.license),
    "license-vocabulary": _among(DCT.license, "licence", "licences"),
    "access-rights": _says(DCT.accessRights),
    "access-rights-vocabulary": _among(DCT.accessRights, "access-right", "access_rights"),
    "contact": _says(DCAT.contactPoint),
    "publisher": _says(DCT.publisher),
    "rights": _says(DCT.rights),
    "byte-size": _says(DCAT.byteSize),
    "issued": _says(DCT.issued),
    "modified": _says(DCT.modified),
}
