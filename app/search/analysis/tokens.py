"""A text cut into tokens of four kinds, each run of letters analysed once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, groupby

from app.search.analysis.characters import RUN, composed, folded_letters
from app.search.analysis.english import STOP_WORDS, stem
from app.search.analysis.kana import shortened
from app.search.analysis.morphemes import Part, Unit, units_of

WORD_LENGTH = 64
# A token of a reading without its long vowels begins so: such readings are never mistaken for full ones.
SHORT = "~"
_SPAN_UNITS = 4
_SPAN_LETTERS = 20
_CACHED = 40
_SPELT = 2
_DIGIT = re.compile("[0-9]")
_NUMBER = re.compile("[0-9]+(?P<behind>[^0-9])?")


class Run:
    """Letters, or a Latin word or number, between which and their neighbours a text has nothing or something else."""

    def __init__(self, written: str, is_letters: bool) -> None:
        self.written = written
        self.is_letters = is_letters
        self.folded = folded_letters(written) if is_letters else written.casefold()

    @cached_property
    def pairs(self) -> tuple[str, ...]:
        """Pairs of letters, the last letter alone; a Latin word is one token."""
        return tuple(chain.from_iterable(map(_pairs, RUN.finditer(self.folded))))

    @cached_property
    def simple_words(self) -> tuple[str, ...]:
        """Words as the dictionary writes them."""
        if not self.is_letters:
            return latin_words(self.folded)
        return tuple(unit.word for phrase in self.phrases for unit in phrase)

    @cached_property
    def crossings(self) -> tuple[tuple[str, ...], str]:
        """Numbers with the letter behind them, and what is to be joined to the first letter of the next run."""
        if not self.is_letters:
            return (), self.folded[:WORD_LENGTH]
        found = list(_NUMBER.finditer(self.folded)) if _DIGIT.search(self.folded) else []
        inside = tuple(number[0] for number in found if number["behind"])
        return inside, next((number[0] for number in found if not number["behind"]), "")

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """Readings of words and of neighbouring words together, with and without long vowels."""
        kana = dict.fromkeys(chain.from_iterable(map(_spans, self.phrases)))
        return tuple(chain.from_iterable(map(_both, kana)))

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Words as people write them."""
        if not self.is_letters:
            return (self.written[:WORD_LENGTH],) if latin_words(self.folded) and len(self.folded) >= _SPELT else ()
        # Folding changes few runs; only those are cut once more.
        phrases = self.phrases if self.folded == self.written else _phrases(units_of(self.written))
        spelt = ("".join(unit.surface for unit in units) for phrase in phrases for units in compounds(phrase))
        return tuple(word for word in spelt if _SPELT <= len(word) <= WORD_LENGTH)

    @cached_property
    def phrases(self) -> tuple[tuple[Unit, ...], ...]:
        """The morphemes between particles, numbers apart; none for a Latin word."""
        if not self.is_letters:
            return ()
        return tuple(chain.from_iterable(map(_phrases_of, RUN.finditer(self.folded))))


@dataclass(frozen=True, slots=True)
class Analysed:
    """A text as runs; tokens of a kind are made when asked for."""

    runs: tuple[Run, ...]
    folded: str

    @property
    def latin_words(self) -> list[str]:
        """The words that rank among Latin words and numbers, which no dictionary need be asked about."""
        return [token for run in self.runs if not run.is_letters for token in run.simple_words]

    @property
    def pairs(self) -> list[str]:
        """Tokens that find every part of the text."""
        return [token for run in self.runs for token in run.pairs]

    @property
    def crossings(self) -> list[str]:
        """Latin words and numbers with the letter behind them, as in 65歳, which pairs of letters keep apart."""
        return crossings(self.runs)

    @property
    def simple_words(self) -> list[str]:
        """The words that rank, none of them made of others."""
        return [token for run in self.runs for token in run.simple_words]

    @property
    def readings(self) -> list[str]:
        """Tokens for those who type kana or Latin letters."""
        return [token for run in self.runs for token in run.readings]

    @property
    def spellings(self) -> list[str]:
        """Words as people write them."""
        return [token for run in self.runs for token in run.spellings]


def crossings(runs: Iterable[Run]) -> list[str]:
    """List the tokens that run across runs that follow each other, and across kinds of letters within one."""
    made: list[str] = []
    before = ""
    for run in runs:
        if before and run.is_letters and not run.folded[0].isascii():
            made.append(before + run.folded[0])
        inside, before = run.crossings
        made.extend(inside)
    return made


def analysed(text: str) -> Analysed:
    """Cut a text into runs; texts and runs met lately are not analysed again."""
    return (_known_text if len(text) <= _CACHED else analysed_once)(text)


def runs_of(text: str) -> tuple[Run, ...]:
    """Answer the runs of a text in order."""
    return analysed(text).runs


def analysed_once(text: str) -> Analysed:
    """As `analysed`, for what will not be asked for again: it takes the place of no other text."""
    # What stands between runs, letters or nothing, a word or nothing; and so on.
    parts: list[str] = RUN.split(composed(text))
    runs = tuple([_run(letters or word, bool(letters)) for letters, word in zip(parts[1::3], parts[2::3], strict=True)])
    parts[1::3] = [run.folded for run in runs]
    del parts[2::3]
    return Analysed(runs, "".join(parts).casefold())


def _run(written: str, is_letters: bool) -> Run:
    return (_known_run if len(written) <= _CACHED else Run)(written, is_letters)


# The same publishers, keywords, columns and names of files come again and again.
_known_text = lru_cache(maxsize=8192)(analysed_once)
_known_run = lru_cache(maxsize=32_768)(Run)


def latin_words(folded: str) -> tuple[str, ...]:
    """Answer the word to index for a Latin word or number: none, or its stem."""
    return () if folded in STOP_WORDS else (stem(folded[:WORD_LENGTH]),)


def compounds(phrase: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
    """Group words with what stands before and behind them: 世田谷 and 区, 再 and 利用."""
    pending: list[Unit] = []
    for unit in phrase:
        joins = pending and (unit.part is Part.SUFFIX or pending[-1].part is Part.PREFIX)
        if pending and not joins:
            yield tuple(pending)
            pending = []
        pending.append(unit)
    if pending:
        yield tuple(pending)


def _pairs(run: re.Match[str]) -> Iterator[str]:
    letters = run["letters"]
    if not letters:
        yield run["word"][:WORD_LENGTH]
        return
    for start in range(len(letters)):
        yield letters[start : start + 2]


def _phrases_of(run: re.Match[str]) -> Iterator[tuple[Unit, ...]]:
    if run["letters"]:
        yield from _phrases(units_of(run[0]))
    else:
        yield (Unit(run[0], run[0], "", Part.NOUN),)


def _phrases(units: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
    for is_grammar, phrase in groupby(units, lambda unit: unit.part is Part.GRAMMAR):
        if not is_grammar:
            yield tuple(phrase)


def _spans(phrase: tuple[Unit, ...]) -> Iterator[str]:
    """Join the readings of up to four neighbours; an ending alone begins nothing and one sound says nothing."""
    for start, first in enumerate(phrase):
        reading = ""
        for unit in phrase[start : start + _SPAN_UNITS]:
            if not unit.reading or len(reading) > _SPAN_LETTERS:
                break
            reading += unit.reading
            if len(reading) > 1 and (first.part is not Part.SUFFIX or len(phrase) == 1):
                yield reading


def _both(kana: str) -> tuple[str, ...]:
    short = shortened(kana)
    return (kana,) if short == kana else (kana, SHORT + short)
