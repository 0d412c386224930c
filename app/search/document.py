"""What of a dataset goes into the search index: a pure function of its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from app.catalog import lifecycle, vocabularies
from app.catalog.record import Column, DatasetRecord, Link, ResourceRecord
from app.kernel.text import Text
from app.search.engine import SearchDocument
from app.search.plain import plain

DESCRIPTION_LENGTH = 20_000
NAMES = 5000
VALUES = 1000
VALUE_LENGTH = 100


def document_of(record: DatasetRecord) -> SearchDocument | None:
    """Describe a dataset for the index, `None` where it is not to be found: not published yet, or withdrawn."""
    if record.state not in lifecycle.VISIBLE:
        return None
    files: tuple[ResourceRecord | Link, ...] = (*record.resources, *record.links)
    columns = [column for resource in record.resources if resource.table for column in resource.table.columns]
    return SearchDocument(
        id=record.id,
        slug=record.slug,
        revision=record.revision,
        audiences=lifecycle.audiences(record.state, record.access, record.publisher.id),
        title=record.title,
        description=Text(_description(record.description.ja), _description(record.description.en)),
        publisher_slug=record.publisher.slug,
        publisher=record.publisher.title,
        license=record.license.name,
        license_title=record.license.title,
        updated=record.modified,
        state=record.state,
        keywords=() if _is_derived(record, "keywords") else record.keywords,
        themes=record.themes,
        formats=_different(each.format.upper() for each in files),
        columns=_different(words for column in columns for words in _column_words(column)),
        resources=_different(words for each in files for words in _file_words(each)),
        subjects=_different(_subjects(record)),
        values=_values(columns),
        rows=sum(resource.table.rows for resource in record.resources if resource.table),
    )


def _description(markdown: str) -> str:
    return plain(markdown[:DESCRIPTION_LENGTH])


def _column_words(column: Column) -> tuple[str, ...]:
    return (column.name, column.title.ja, column.title.en, column.description.ja, column.description.en)


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
    return tuple(islice(dict.fromkeys(word for word in words if word), NAMES))
