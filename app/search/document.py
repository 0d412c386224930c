"""What of a dataset can be searched, narrowed by and shown: a pure function of its record and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from app.catalog import lifecycle, places, vocabularies
from app.catalog.record import Column, DatasetRecord, Link, Period, ResourceRecord
from app.kernel.text import Text
from app.search.plain import plain

# Raise this when other documents are made of the same records: those that are kept are then made anew.
VERSION = "3"

DESCRIPTION_LENGTH = 20_000
NAMES = 5000
VALUES = 1000
VALUE_LENGTH = 100
DEFINITION_LENGTH = 1000
YEARS = 150
PLACES = 200


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A dataset as search knows it. `audiences` are those who may find it, as `identity/policy.py` has them.

    `keywords` are those that somebody said; `subjects` are words that its classification and the portal add.
    `columns` are names and titles of columns, `definitions` their descriptions, `values` examples of what stands in
    them and `cells` what a look into the tables found; `cells` are only for the index and do not come back with a hit.
    `updated` is when the data changed, `revised` when what the portal says of it did, or it came to the portal.
    `places` are six-digit codes of municipalities and prefectures and of what contains them, `years` those that
    `period` touches, `quality` a rating of the metadata assessment or empty where none has been made yet.
    """

    id: str
    slug: str
    revision: int
    audiences: tuple[str, ...]
    title: Text
    description: Text
    publisher_slug: str
    publisher: Text
    license: str
    license_title: Text
    updated: datetime
    revised: datetime
    state: str
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    rows: int = 0
    places: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    period: Period | None = None
    frequency: str = ""
    quality: str = ""
    standards: tuple[str, ...] = ()
    popularity: int = 0


def document_of(
    record: DatasetRecord, *, cells: tuple[str, ...] = (), quality: str = "", popularity: int = 0
) -> SearchDocument | None:
    """Describe a dataset for search, `None` where it is not to be found: not published yet, or withdrawn."""
    if record.state not in lifecycle.VISIBLE:
        return None
    files: tuple[ResourceRecord | Link, ...] = (*record.resources, *record.links)
    columns = [column for resource in record.resources if resource.table for column in resource.table.columns]
    return SearchDocument(
        id=record.id,
        slug=record.slug,
        revision=record.revision,
        audiences=lifecycle.audiences(record.state, record.access, record.publisher.id, record.id),
        title=record.title,
        description=Text(_description(record.description.ja), _description(record.description.en)),
        publisher_slug=record.publisher.slug,
        publisher=record.publisher.title,
        license=record.license.name,
        license_title=record.license.title,
        updated=record.changed,
        revised=record.modified,
        state=record.state,
        keywords=() if _is_derived(record, "keywords") else record.keywords,
        themes=record.themes,
        formats=_different(each.format.upper() for each in files),
        columns=_different(words for column in columns for words in (column.name, column.title.ja, column.title.en)),
        definitions=_different(_definitions(columns)),
        resources=_different(words for each in files for words in _file_words(each)),
        subjects=_different(_subjects(record)),
        values=_values(columns),
        cells=cells,
        rows=sum(resource.table.rows for resource in record.resources if resource.table),
        places=_places(record.spatial),
        years=years_of(record.temporal),
        period=record.temporal if record.temporal != Period() else None,
        frequency=record.frequency,
        quality=quality,
        standards=_different(resource.intake.standard for resource in record.resources if resource.intake),
        popularity=popularity,
    )


def years_of(period: Period) -> tuple[int, ...]:
    """List the years that a period touches, the last `YEARS` at most.

    Whole fiscal years, which begin in April, count as the years they are called by.
    """
    start, end = period.start or period.end, period.end or period.start
    if start is None or end is None or end < start:
        return ()
    is_fiscal = _is_first_of_april(start) and (end.month, end.day) == (3, 31) and end.year > start.year
    last = end.year - 1 if is_fiscal else end.year
    return tuple(range(max(start.year, last - YEARS + 1), last + 1))


def _is_first_of_april(day: date) -> bool:
    return (day.month, day.day) == (4, 1)


def _places(spatial: tuple[str, ...]) -> tuple[str, ...]:
    """Answer the codes of places, each with the city that a ward is of and with the prefecture."""
    found: dict[str, None] = {}
    for words in spatial[:PLACES]:
        place = places.place_of(words)
        if place is not None and place.code:
            found |= dict.fromkeys((place.code, *places.containing(place.code)))
    return tuple(found)


def _description(markdown: str) -> str:
    return plain(markdown[:DESCRIPTION_LENGTH])


def _definitions(columns: list[Column]) -> Iterator[str]:
    for column in columns:
        yield from (column.description.ja[:DEFINITION_LENGTH], column.description.en[:DEFINITION_LENGTH])


def _file_words(file: ResourceRecord | Link) -> tuple[str, ...]:
    return (file.name, file.title.ja, file.title.en)


def _subjects(record: DatasetRecord) -> Iterator[str]:
    """Name what a dataset is classed under, and the keywords that nobody but the portal gave it."""
    for vocabulary, codes in ((vocabularies.groups(), record.groups), (vocabularies.themes(), record.themes)):
        for code in codes:
            if concept := vocabulary.get(code):
                yield from (concept.title.ja, concept.title.en)
    if _is_derived(record, "keywords"):
        yield from record.keywords


def _is_derived(record: DatasetRecord, field: str) -> bool:
    return any(each.field == field for each in record.derived)


def _values(columns: list[Column]) -> tuple[str, ...]:
    examples = (value[:VALUE_LENGTH] for column in columns if column.profile for value in column.profile.examples)
    return _different(examples)[:VALUES]


def _different(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(filter(None, words)), NAMES))
