"""What a document becomes in an index: tokens to search, whole values to narrow by, and the card shown with a hit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import msgspec

from app.catalog.record import State
from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search import fields
from app.search.analysis import analysed, normalise
from app.search.analysis.eras import tokens_in as year_tokens
from app.search.document import SearchDocument
from app.search.engine import Entry, Facet

# Raise this when other entries are made of the same documents, as a change of the analysis does: the new release then
# rebuilds the index, and readers keep the old one meanwhile.
VERSION = "4"

CARD_DESCRIPTION = 2000
CARD_WORDS = 200
TITLE_KEY = 200
SHORT = 60
_LATELY = 3
UNRATED = "1"
PRIORS: Mapping[str, str] = {"bad": "1", "sufficient": "2", "good": "3", "excellent": "4"}
NO_LONGER_UPDATED = "0"

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
    slug, definitions = _once((document.slug,)), _several(document.definitions)
    files, subjects = _Files(document.resources), _several(document.subjects)
    description = _several(_sides(document.description))
    # A token for the title as a whole, so that who types exactly that finds it first.
    whole = tuple(token for token in map(fields.whole_title, _sides(document.title)) if token)
    names = (keywords, slug, publisher, columns, definitions, subjects)
    said = frozenset(chain.from_iterable(map(str.split, chain(title.words, keywords.words))))
    return {
        # Twice what the title says, though it is the same again.
        fields.TEXT: (
            *chain.from_iterable(each.words for each in (title, title, *names, description)),
            *files.words(said),
        ),
        fields.TITLE: (*title.words, *whole),
        fields.TITLE_PAIRS: title.pairs,
        fields.NAMES_PAIRS: (*chain.from_iterable(each.pairs for each in names), *files.pairs),
        fields.DESCRIPTION_PAIRS: description.pairs,
        fields.VALUES_PAIRS: _once(dict.fromkeys((*document.values, *document.cells))).pairs,
        fields.PUBLISHER_PAIRS: publisher.pairs,
        fields.READINGS: _readings((title, keywords, publisher, subjects)),
        "keywords": (*keywords.words, *slug.words),
        "publisher": publisher.words,
        "columns": (*columns.words, *definitions.words),
        "resources": files.pairs,
    }


class _Parts(NamedTuple):
    """What names things, of which readings and suggestions are made."""

    title: _Several
    keywords: _Several
    publisher: _Several
    columns: _Several


def _parts(document: SearchDocument) -> _Parts:
    texts = (document.keywords, _sides(document.publisher), document.columns)
    return _Parts(_once(_sides(document.title)), *map(_several, texts))


class _Cut:
    """The tokens of a text, each kind made when it is asked for."""

    __slots__ = ("_analysed", "_latin_words", "_pairs", "_readings", "_spellings", "_words")

    def __init__(self, text: str) -> None:
        self._analysed = analysed(text)
        # Kept by hand: a `cached_property` of Python 3.11 takes a lock each time.
        self._words: tuple[str, ...] | None = None
        self._latin_words: tuple[str, ...] | None = None
        self._pairs: tuple[str, ...] | None = None
        self._readings: tuple[str, ...] | None = None
        self._spellings: tuple[str, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        if self._words is None:
            self._words = (*self._analysed.simple_words, *year_tokens(self._analysed.folded))
        return self._words

    @property
    def latin_words(self) -> tuple[str, ...]:
        if self._latin_words is None:
            self._latin_words = (*self._analysed.latin_words, *year_tokens(self._analysed.folded))
        return self._latin_words

    @property
    def pairs(self) -> tuple[str, ...]:
        if self._pairs is None:
            self._pairs = (*self._analysed.pairs, *self._analysed.crossings)
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


class _Several:
    """Texts of one kind, as values of a field."""

    __slots__ = ("_cuts", "_pairs", "_words")

    def __init__(self, texts: Iterable[str], cut: Callable[[str], _Cut]) -> None:
        self._cuts = tuple(map(cut, texts))
        self._words: tuple[str, ...] | None = None
        self._pairs: tuple[str, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        if self._words is None:
            self._words = _values([cut.words for cut in self._cuts])
        return self._words

    @property
    def pairs(self) -> tuple[str, ...]:
        if self._pairs is None:
            self._pairs = _values([cut.pairs for cut in self._cuts])
        return self._pairs

    @property
    def readings(self) -> Iterator[str]:
        return chain.from_iterable(cut.readings for cut in self._cuts)

    @property
    def spellings(self) -> Iterator[str]:
        return chain.from_iterable(cut.spellings for cut in self._cuts)


class _Files:
    """What files are called. Their letters find them; asking the dictionary for their words would take most time."""

    __slots__ = ("_cuts", "pairs")

    def __init__(self, names: tuple[str, ...]) -> None:
        self._cuts = tuple(map(_cut, names))
        self.pairs = _values([cut.pairs for cut in self._cuts])

    def words(self, said: Set[str]) -> tuple[str, ...]:
        """Answer Latin words, numbers and years, each once, without what is said already."""
        found = dict.fromkeys(chain.from_iterable(cut.latin_words for cut in self._cuts))
        words = " ".join(word for word in found if word not in said)
        return (words,) if words else ()


def _several(texts: tuple[str, ...]) -> _Several:
    """Analyse texts; the same publishers, keywords and classes come together again and again."""
    return _several_again(texts) if sum(map(len, texts)) <= SHORT else _Several(texts, _cut)


def _once(texts: Iterable[str]) -> _Several:
    """Analyse texts that no other dataset has, which would only take the place of those that come again."""
    return _Several(texts, _Cut)


@lru_cache(maxsize=5_000)
def _several_again(texts: tuple[str, ...]) -> _Several:
    return _Several(texts, _cut)


def _cut(text: str) -> _Cut:
    """Analyse a text; publishers, keywords, names of columns and files come again and again and are cut once."""
    return _cut_again(text) if len(text) <= SHORT else _Cut(text)


_cut_again = lru_cache(maxsize=40_000)(_Cut)


def _values(texts: list[tuple[str, ...]]) -> tuple[str, ...]:
    if len(texts) == 1:
        return (" ".join(texts[0]),) if texts[0] else ()
    return tuple(_news(texts))


def _news(values: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Leave out of each value the ends that it has in common with one just before, but for a token to join to.

    A hundred files are often named alike but for a number, by turns in several languages.
    """
    lately: deque[tuple[str, ...]] = deque(maxlen=_LATELY)
    for tokens in filter(None, values):
        first = last = 0
        for before in lately:
            # Most have nothing in common, and this is asked a hundred times an entry.
            if tokens[0] == before[0] or tokens[-1] == before[-1]:
                begin, end = _common(tokens, before)
                if begin + end > first + last:
                    first, last = begin, end
        if first < len(tokens):
            yield " ".join(tokens[max(0, first - 1) : len(tokens) - max(0, last - 1)] if first or last else tokens)
        lately.append(tokens)


def _common(tokens: tuple[str, ...], before: tuple[str, ...]) -> tuple[int, int]:
    """Count the tokens that two lists begin and end with."""
    first = last = 0
    for token, other in zip(tokens, before, strict=False):
        if token != other:
            break
        first += 1
    most = min(len(tokens), len(before)) - first
    for token, other in zip(reversed(tokens), reversed(before), strict=False):
        if last == most or token != other:
            break
        last += 1
    return first, last


def _readings(parts: Iterable[_Several]) -> tuple[str, ...]:
    """Each reading is looked for by itself, and how often it stands there says nothing."""
    read = " ".join(dict.fromkeys(chain.from_iterable(each.readings for each in parts)))
    return (read,) if read else ()


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
        fields.PRIOR: (_prior(document),),
        fields.WORD: tuple(dict.fromkeys(chain.from_iterable(each.spellings for each in parts))),
    }


def _prior(document: SearchDocument) -> str:
    if document.state == State.DEPRECATED:
        return NO_LONGER_UPDATED
    return PRIORS.get(document.quality, UNRATED)


def _numbers(document: SearchDocument) -> dict[str, int]:
    numbers = {
        fields.UPDATED: (document.updated - _EPOCH) // _MICROSECOND,
        fields.REVISED: (document.revised - _EPOCH) // _MICROSECOND,
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
