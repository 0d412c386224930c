"""What a document becomes in an index: tokens to search, whole values to narrow by, and the card shown with a hit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from app.catalog.record import State
from app.kernel.text import Text
from app.search import fields
from app.search.analysis import analysed, normalise
from app.search.analysis.eras import tokens_of as year_tokens
from app.search.document import SearchDocument
from app.search.engine import Entry, Facet

# Raise this when other entries are made of the same documents, as a change of the analysis does: the new release then
# rebuilds the index, and readers keep the old one meanwhile.
VERSION = "2"

CARD_DESCRIPTION = 2000
CARD_WORDS = 200
TITLE_KEY = 200
SHORT = 60
_LATELY = 3
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
    title, publisher = _all(_sides(document.title)), _all(_sides(document.publisher))
    keywords, columns = _all((*document.keywords, document.slug)), _all((*document.columns, *document.definitions))
    resources, subjects = _all(document.resources), _all(document.subjects)
    description = _all(_sides(document.description))
    names = (*keywords, *publisher, *columns, *resources, *subjects)
    # A token for the title as a whole, so that who types exactly that finds it first.
    whole = tuple(token for token in map(fields.whole_title, _sides(document.title)) if token)
    return {
        # Twice what the title says, though it is the same again.
        fields.TEXT: (*_words(title), *_words(title), *_words((*names, *description))),
        fields.TITLE: (*_words(title), *whole),
        fields.TITLE_PAIRS: _pairs(title),
        fields.NAMES_PAIRS: _pairs(names),
        fields.DESCRIPTION_PAIRS: _pairs(description),
        fields.VALUES_PAIRS: _pairs(_all(dict.fromkeys((*document.values, *document.cells)))),
        fields.PUBLISHER_PAIRS: _pairs(publisher),
        fields.READINGS: _readings((*_all(_names(document)), *subjects)),
        "keywords": _words(keywords),
        "publisher": _words(publisher),
        "columns": _words(columns),
        "resources": _words(resources),
    }


def _names(document: SearchDocument) -> tuple[str, ...]:
    """List what names things, of which readings and suggestions are made."""
    return (*_sides(document.title), *document.keywords, *_sides(document.publisher), *document.columns)


class _Cut:
    """The tokens of a text with blanks between, each kind made when it is asked for."""

    __slots__ = ("_analysed", "_pairs", "_readings", "_spellings", "_text", "_words")

    def __init__(self, text: str) -> None:
        self._text = text
        self._analysed = analysed(text)
        # Kept by hand: a `cached_property` of Python 3.11 takes a lock each time.
        self._words: str | None = None
        self._pairs: str | None = None
        self._readings: tuple[str, ...] | None = None
        self._spellings: tuple[str, ...] | None = None

    @property
    def words(self) -> str:
        if self._words is None:
            self._words = " ".join((*self._analysed.simple_words, *year_tokens(self._text)))
        return self._words

    @property
    def pairs(self) -> str:
        if self._pairs is None:
            self._pairs = " ".join((*self._analysed.pairs, *self._analysed.crossings))
        return self._pairs

    @property
    def readings(self) -> tuple[str, ...]:
        if self._readings is None:
            self._readings = tuple(self._analysed.readings)
        return self._readings

    @property
    def spellings(self) -> tuple[str, ...]:
        if self._spellings is None:
            self._spellings = tuple(self._analysed.spellings)
        return self._spellings


def _all(texts: Iterable[str]) -> tuple[_Cut, ...]:
    return tuple(map(_cut, texts))


def _cut(text: str) -> _Cut:
    """Analyse a text; publishers, keywords, names of columns and files come again and again and are cut once."""
    return _cut_again(text) if len(text) <= SHORT else _Cut(text)


_cut_again = lru_cache(maxsize=20_000)(_Cut)


def _words(cuts: Iterable[_Cut]) -> tuple[str, ...]:
    return tuple(_news(cut.words for cut in cuts))


def _pairs(cuts: Iterable[_Cut]) -> tuple[str, ...]:
    return tuple(_news(cut.pairs for cut in cuts))


def _news(values: Iterable[str]) -> Iterator[str]:
    """Leave out of each value the ends that it has in common with one just before, but for a token to join to.

    A hundred files are often named alike but for a number, by turns in several languages.
    """
    lately: deque[list[str]] = deque(maxlen=_LATELY)
    for value in filter(None, values):
        tokens = value.split(" ")
        first, last = max((_common(tokens, before) for before in lately), key=sum, default=(0, 0))
        if first < len(tokens):
            yield " ".join(tokens[max(0, first - 1) : len(tokens) - max(0, last - 1)])
        lately.append(tokens)


def _common(tokens: list[str], before: list[str]) -> tuple[int, int]:
    """Count the tokens that two lists begin and end with."""
    most = min(len(tokens), len(before))
    first = next((place for place in range(most) if tokens[place] != before[place]), most)
    rest = most - first
    return first, next((place for place in range(rest) if tokens[-1 - place] != before[-1 - place]), rest)


def _readings(cuts: Iterable[_Cut]) -> tuple[str, ...]:
    """Each reading is looked for by itself, and how often it stands there says nothing."""
    read = " ".join(dict.fromkeys(reading for cut in cuts for reading in cut.readings))
    return (read,) if read else ()


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
