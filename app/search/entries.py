"""What a document becomes in an index: tokens to search, whole values to narrow by, and the card shown with a hit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import NamedTuple

import msgspec

from app.catalog.record import State
from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search import fields
from app.search.analysis import normalise
from app.search.cutting import Alike, Several, once, several
from app.search.document import SearchDocument
from app.search.engine import Entry, Facet

# Raise this when other entries are made of the same documents, as a change of the analysis does: the new release then
# rebuilds the index, and readers keep the old one meanwhile.
VERSION = "5"

CARD_DESCRIPTION = 2000
CARD_WORDS = 200
TITLE_KEY = 200
UNRATED = 1
RATINGS: Mapping[str, int] = {"bad": 1, "sufficient": 2, "good": 3, "excellent": 4}
NO_LONGER_UPDATED = 0

_UNREADABLE = Text(
    ja="検索の索引が読めません。作り直しています。", en="The search index cannot be read; it is being rebuilt."
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.date()
_MICROSECOND = timedelta(microseconds=1)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SearchDocument)


def entry_of(document: SearchDocument) -> Entry:
    """Make the entry of a document; equal documents make equal entries."""
    parts = _parts(document)
    return Entry(
        id=document.id,
        revision=document.revision,
        audiences=document.audiences,
        fields=_fields(document, parts),
        columns=_columns(document, parts),
        numbers=_numbers(document),
        title_key=normalise(document.title.get("ja"))[:TITLE_KEY],
        card=card_of(document),
    )


def card_of(document: SearchDocument) -> bytes:
    """Write what comes back with a hit: the document, its long parts cut."""
    description = document.description
    if _is_short(document):
        return _encoder.encode(document)  # copying it costs more than all else here
    return _encoder.encode(
        replace(
            document,
            description=Text(description.ja[:CARD_DESCRIPTION], description.en[:CARD_DESCRIPTION]),
            columns=document.columns[:CARD_WORDS],
            definitions=document.definitions[:CARD_WORDS],
            resources=document.resources[:CARD_WORDS],
            values=document.values[:CARD_WORDS],
            cells=(),
        )
    )


def _is_short(document: SearchDocument) -> bool:
    lists = (document.columns, document.definitions, document.resources, document.values)
    texts = (document.description.ja, document.description.en)
    is_cut = any(len(each) > CARD_WORDS for each in lists) or any(len(each) > CARD_DESCRIPTION for each in texts)
    return not is_cut and not document.cells


def document_from(card: bytes) -> SearchDocument:
    """Read a card. Raises `Unavailable` for one that this release did not write."""
    try:
        return _decoder.decode(card)
    except msgspec.MsgspecError as error:
        raise Unavailable(_UNREADABLE) from error


def _fields(document: SearchDocument, parts: _Parts) -> dict[str, tuple[str, ...]]:
    title, publisher, keywords, columns = parts.title, parts.publisher, parts.keywords, parts.columns
    slug, definitions = once((document.slug,)), several(document.definitions)
    files, subjects = Alike(document.resources), several(document.subjects)
    file_words = files.words()
    description = several(_sides(document.description))
    # A token for the title as a whole, so that who types exactly that finds it first.
    whole = tuple(token for token in map(fields.whole_title, _sides(document.title)) if token)
    names = (keywords, slug, publisher, columns, definitions, subjects)
    said = frozenset(chain.from_iterable(map(str.split, chain(title.words, keywords.words))))
    return {
        # Twice what the title says, though it is the same again.
        fields.TEXT: (
            *chain.from_iterable([each.words for each in (title, title, *names, description)]),
            *_joined(word for word in file_words if word not in said),
        ),
        fields.TITLE: (*title.words, *whole),
        fields.TITLE_PAIRS: title.pairs,
        fields.NAMES_PAIRS: (*chain.from_iterable([each.pairs for each in names]), *files.pairs),
        fields.DESCRIPTION_PAIRS: description.pairs,
        fields.VALUES_PAIRS: Alike(dict.fromkeys((*document.values, *document.cells))).pairs,
        fields.PUBLISHER_PAIRS: publisher.pairs,
        fields.READINGS: _readings((title, keywords, publisher, subjects)),
        "keywords": (*keywords.words, *slug.words),
        "publisher": publisher.words,
        "columns": (*columns.words, *definitions.words),
        "resources": (*files.pairs, *_joined(file_words)),
    }


class _Parts(NamedTuple):
    """What names things, of which readings and suggestions are made."""

    title: Several
    keywords: Several
    publisher: Several
    columns: Several


def _parts(document: SearchDocument) -> _Parts:
    texts = (document.keywords, _sides(document.publisher), document.columns)
    return _Parts(once(_sides(document.title)), *map(several, texts))


def _readings(parts: Iterable[Several]) -> tuple[str, ...]:
    """Each reading is looked for by itself, and how often it stands there says nothing."""
    return _joined(dict.fromkeys(chain.from_iterable(each.readings for each in parts)))


def _joined(tokens: Iterable[str]) -> tuple[str, ...]:
    """Make one value of tokens, or none."""
    value = " ".join(tokens)
    return (value,) if value else ()


def _columns(document: SearchDocument, parts: _Parts) -> dict[str, tuple[str, ...]]:
    return {
        Facet.PUBLISHER.value: _present(document.publisher_slug),
        Facet.THEME.value: document.themes,
        Facet.FORMAT.value: document.formats,
        Facet.LICENSE.value: _present(document.license),
        Facet.PLACE.value: document.places,
        Facet.PERIOD.value: tuple(map(str, document.years)),
        Facet.FREQUENCY.value: _present(document.frequency),
        Facet.QUALITY.value: _present(document.quality),
        Facet.STANDARD.value: document.standards,
        fields.WORD: tuple(dict.fromkeys(chain.from_iterable(each.spellings for each in parts))),
    }


def _rating(document: SearchDocument) -> int:
    if document.state == State.DEPRECATED:
        return NO_LONGER_UPDATED
    return RATINGS.get(document.quality, UNRATED)


def _numbers(document: SearchDocument) -> dict[str, int]:
    numbers = {
        fields.UPDATED: (document.updated - _EPOCH) // _MICROSECOND,
        fields.REVISED: (document.revised - _EPOCH) // _MICROSECOND,
        fields.POPULARITY: document.popularity,
        fields.RATING: _rating(document),
    }
    if document.period and document.period.start:
        numbers[fields.PERIOD_START] = _days(document.period.start)
    if document.period and document.period.end:
        numbers[fields.PERIOD_END] = _days(document.period.end)
    return numbers


def _days(day: date) -> int:
    return (day - _FIRST_DAY).days


def _sides(text: Text) -> tuple[str, ...]:
    return tuple(words for _, words in text.both())


def _present(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
