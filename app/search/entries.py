"""What a document becomes in an index: tokens to search, whole values to narrow by, and the card shown with a hit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from app.catalog.record import State
from app.kernel.text import Text
from app.search import fields
from app.search.analysis import analysed, normalise
from app.search.document import SearchDocument
from app.search.engine import Entry, Facet

# Raise this when other entries are made of the same documents, as a change of the analysis does: the new release then
# rebuilds the index, and readers keep the old one meanwhile.
VERSION = "1"

CARD_DESCRIPTION = 2000
CARD_WORDS = 200
TITLE_KEY = 200
SHORT = 60
UNRATED = "1"
PRIORS: Mapping[str, str] = {"bad": "1", "sufficient": "2", "good": "3", "excellent": "4"}
NO_LONGER_UPDATED = "0"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.date()
_MICROSECOND = timedelta(microseconds=1)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SearchDocument)


def entry_of(document: SearchDocument) -> Entry:
    """Make the entry of a document; equal documents make equal entries."""
    return Entry(
        id=document.id,
        revision=document.revision,
        audiences=document.audiences,
        fields=_fields(document),
        columns=_columns(document),
        numbers=_numbers(document),
        title_key=normalise(document.title.get("ja"))[:TITLE_KEY],
        card=card_of(document),
    )


def card_of(document: SearchDocument) -> bytes:
    """Write what comes back with a hit: the document, its long parts cut."""
    description = document.description
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


def document_from(card: bytes) -> SearchDocument:
    """Read a card. Raises `msgspec.MsgspecError` for one that this release did not write."""
    return _decoder.decode(card)


def _fields(document: SearchDocument) -> dict[str, tuple[str, ...]]:
    texts = {
        "title": _sides(document.title),
        "keywords": (*document.keywords, document.slug),
        "publisher": _sides(document.publisher),
        "columns": (*document.columns, *document.definitions),
        "resources": document.resources,
        "subjects": document.subjects,
        "description": _sides(document.description),
        "values": tuple(dict.fromkeys((*document.values, *document.cells))),
    }
    made: dict[str, tuple[str, ...]] = {}
    for field in fields.FIELDS:
        cut = [_cut(text) for text in texts[field.name]]
        made[field.name] = tuple(each.words for each in cut if each.words)
        made[field.pairs] = tuple(each.pairs for each in cut if each.pairs)
    read = (_cut(text).readings for text in (*_names(document), *document.subjects))
    # A token for the title as a whole, so that who types exactly that finds it first.
    whole = map(fields.whole_title, _sides(document.title))
    made["title"] = (*made["title"], *(token for token in whole if token))
    made[fields.READINGS] = tuple(readings for readings in read if readings)
    return made


def _names(document: SearchDocument) -> tuple[str, ...]:
    """List what names things, of which readings and suggestions are made."""
    return (*_sides(document.title), *document.keywords, *_sides(document.publisher), *document.columns)


class _Cut:
    """The tokens of a text with blanks between; of what names nothing, readings and spellings are never made."""

    __slots__ = ("_analysed", "_readings", "_spellings", "pairs", "words")

    def __init__(self, text: str) -> None:
        self._analysed = analysed(text)
        self.words = " ".join(self._analysed.words)
        self.pairs = " ".join(self._analysed.pairs)
        # Kept by hand: a `cached_property` of Python 3.11 takes a lock each time.
        self._readings: str | None = None
        self._spellings: tuple[str, ...] | None = None

    @property
    def readings(self) -> str:
        if self._readings is None:
            self._readings = " ".join(self._analysed.readings)
        return self._readings

    @property
    def spellings(self) -> tuple[str, ...]:
        if self._spellings is None:
            self._spellings = tuple(self._analysed.spellings)
        return self._spellings


def _cut(text: str) -> _Cut:
    """Analyse a text; publishers, keywords, names of columns and files come again and again and are cut once."""
    return _cut_again(text) if len(text) <= SHORT else _Cut(text)


_cut_again = lru_cache(maxsize=20_000)(_Cut)


def _columns(document: SearchDocument) -> dict[str, tuple[str, ...]]:
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
        fields.PRIOR: (_prior(document),),
        fields.WORD: tuple(dict.fromkeys(word for text in _names(document) for word in _cut(text).spellings)),
    }


def _prior(document: SearchDocument) -> str:
    if document.state == State.DEPRECATED:
        return NO_LONGER_UPDATED
    return PRIORS.get(document.quality, UNRATED)


def _numbers(document: SearchDocument) -> dict[str, int]:
    numbers = {
        fields.UPDATED: (document.updated - _EPOCH) // _MICROSECOND,
        fields.POPULARITY: document.popularity,
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
