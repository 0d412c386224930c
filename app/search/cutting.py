"""The texts of a document cut into tokens as an entry takes them, each of the many that come again only once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain

from app.search.analysis.eras import tokens_in as year_tokens
from app.search.analysis.tokens import Run, analysed_once, crossings

_SHORT = 80
_LATELY = 3


class _Cut:
    """A text cut into runs, and its tokens, each kind made when it is asked for."""

    __slots__ = ("_analysed", "_latin_words", "_pairs", "_readings", "_spellings", "_words", "runs")

    def __init__(self, text: str) -> None:
        self._analysed = analysed_once(text)
        self.runs = self._analysed.runs
        # Kept by hand: a `cached_property` of Python 3.11 takes a lock each time.
        self._words: str | None = None
        self._pairs: str | None = None
        self._readings: tuple[str, ...] | None = None
        self._spellings: tuple[str, ...] | None = None
        self._latin_words: tuple[str, ...] | None = None

    @property
    def words(self) -> str:
        if self._words is None:
            self._words = " ".join((*self._analysed.simple_words, *year_tokens(self._analysed.folded)))
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

    @property
    def latin_words(self) -> tuple[str, ...]:
        """The words and years that no dictionary need be asked about."""
        if self._latin_words is None:
            self._latin_words = (*self._analysed.latin_words, *year_tokens(self._analysed.folded))
        return self._latin_words


class Several:
    """Texts of one kind, as values of a field."""

    __slots__ = ("_cuts", "_pairs", "_words")

    def __init__(self, texts: Iterable[str], cut: Callable[[str], _Cut]) -> None:
        self._cuts = tuple(map(cut, texts))
        self._words: tuple[str, ...] | None = None
        self._pairs: tuple[str, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Words that rank, a value for each text that has some."""
        if self._words is None:
            self._words = tuple([words for cut in self._cuts if (words := cut.words)])
        return self._words

    @property
    def pairs(self) -> tuple[str, ...]:
        """Letters that find every part, a value for each text that has some."""
        if self._pairs is None:
            self._pairs = tuple([pairs for cut in self._cuts if (pairs := cut.pairs)])
        return self._pairs

    @property
    def readings(self) -> Iterator[str]:
        """How the words are read, one after another."""
        return chain.from_iterable(cut.readings for cut in self._cuts)

    @property
    def spellings(self) -> Iterator[str]:
        """Words as people write them, one after another."""
        return chain.from_iterable(cut.spellings for cut in self._cuts)


class Alike:
    """Texts of one kind, many of which are alike: names of files, what stands in cells.

    Their letters find them. Asking the dictionary for the words of all would take most of the time.
    """

    __slots__ = ("_cuts", "pairs")

    def __init__(self, texts: Iterable[str]) -> None:
        self._cuts = tuple(map(_cut, texts))
        self.pairs = tuple(_news(self._cuts))

    def words(self) -> tuple[str, ...]:
        """Answer Latin words, numbers and years, each once."""
        return tuple(dict.fromkeys(chain.from_iterable([cut.latin_words for cut in self._cuts])))


def several(texts: tuple[str, ...]) -> Several:
    """Analyse texts; the same publishers, keywords and classes come together again and again."""
    return _several_again(texts) if sum(map(len, texts)) <= _SHORT else Several(texts, _cut)


def once(texts: Iterable[str]) -> Several:
    """Analyse texts that no other dataset has, which would only take the place of those that come again."""
    return Several(texts, _Cut)


@lru_cache(maxsize=5_000)
def _several_again(texts: tuple[str, ...]) -> Several:
    return Several(texts, _cut)


def _cut(text: str) -> _Cut:
    """Analyse a text; publishers, keywords, names of columns and files come again and again and are cut once."""
    return _cut_again(text) if len(text) <= _SHORT else _Cut(text)


_cut_again = lru_cache(maxsize=40_000)(_Cut)


def _news(cuts: Iterable[_Cut]) -> Iterator[str]:
    """Answer the pairs of each text, without the runs that it begins and ends with as one just before does.

    A hundred files are often named alike but for a number, by turns in several languages. A token stays on either side
    for what is new to join to.
    """
    lately: deque[tuple[Run, ...]] = deque(maxlen=_LATELY)
    for cut in cuts:
        runs = cut.runs
        if not runs:
            continue
        first = last = 0
        for before in lately:
            # Runs met lately are the same objects. Most texts have nothing in common.
            if runs[0] is before[0] or runs[-1] is before[-1]:
                begin, end = _common(runs, before)
                if begin + end > first + last:
                    first, last = begin, end
        lately.append(runs)
        if not first and not last:
            yield cut.pairs
        elif first < len(runs):
            yield _between(runs, first, len(runs) - last)


def _between(runs: tuple[Run, ...], first: int, end: int) -> str:
    tokens: list[str] = []
    if first:
        tokens.extend(runs[first - 1].pairs[-1:])
    for run in runs[first:end]:
        tokens.extend(run.pairs)
    if end < len(runs):
        tokens.extend(runs[end].pairs[:1])
    return " ".join([*tokens, *crossings(runs[max(0, first - 1) : end + 1])])


def _common(runs: tuple[Run, ...], before: tuple[Run, ...]) -> tuple[int, int]:
    """Count the runs that two texts begin and end with."""
    most = min(len(runs), len(before))
    first = last = 0
    while first < most and runs[first] is before[first]:
        first += 1
    most -= first
    while last < most and runs[-1 - last] is before[-1 - last]:
        last += 1
    return first, last
