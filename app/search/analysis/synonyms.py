"""Words that mean the same, from files that a governor can edit (`metadata/search/README.md`)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from app.kernel.text import Text
from app.search.analysis.characters import RUN, fold
from app.search.analysis.kana import hiragana, is_kana, shortened
from app.search.analysis.morphemes import units_of
from app.search.analysis.tokens import latin_words

LINES = 20_000
TERMS = 40
TERM_LENGTH = 60
_ONE_WAY = ">"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of a file that could not be used."""

    file: str
    line: int
    what: Text


@dataclass(frozen=True, slots=True)
class Group:
    """Words that find one another; those of `wider` are found by the others and do not find them."""

    terms: tuple[str, ...]
    wider: tuple[str, ...] = ()


def key_of(term: str) -> str:
    """Answer what a term is looked up by: folded, English words as stems."""
    runs = list(RUN.finditer(fold(term)))
    parts = [run[0] if run["letters"] else "".join(latin_words(run[0])) or run[0] for run in runs]
    gaps = ["", *(" " if run.start() > before.end() else "" for before, run in pairwise(runs))]
    return "".join(gap + part for gap, part in zip(gaps, parts, strict=False))


@dataclass(frozen=True)
class Synonyms:
    """Groups of words, and what was wrong with the lines that are not among them."""

    groups: tuple[Group, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, paths: Iterable[Path]) -> Synonyms:
        """Read files in order.

        A group replaces those of earlier files with the same first word, and a word alone takes those away. A line
        that cannot be used is a problem and nothing else.
        """
        groups: dict[str, list[Group]] = {}
        problems: list[Problem] = []
        for path in paths:
            groups |= _of_file(path, groups, problems)
        return cls(tuple(group for sharing in groups.values() for group in sharing), tuple(problems))

    def of(self, key: str) -> tuple[str, ...]:
        """Answer the other words for a key of `key_of`, in the files' order."""
        return self._others.get(key, ())

    def knows(self, key: str) -> bool:
        """Say whether a key is one of the words."""
        return key in self._others

    def read_as(self, kana: str) -> tuple[str, ...]:
        """Answer the words that are read so, in hiragana."""
        return self._by_reading.get(kana, ())

    def read_shortly_as(self, kana: str) -> tuple[str, ...]:
        """Answer the words that are read so where long vowels are left out."""
        return self._by_short_reading.get(kana, ())

    @cached_property
    def _others(self) -> Mapping[str, tuple[str, ...]]:
        others: dict[str, dict[str, str]] = {}
        for group in self.groups:
            for term in group.terms:
                found = others.setdefault(key_of(term), {})
                for other in (*group.terms, *group.wider):
                    found.setdefault(key_of(other), other)
            for term in group.wider:
                others.setdefault(key_of(term), {})
        return {key: tuple(term for other, term in found.items() if other != key) for key, found in others.items()}

    @cached_property
    def _by_reading(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for group in self.groups:
            for term in (*group.terms, *group.wider):
                if reading := reading_of(fold(term)):
                    found.setdefault(reading, {})[term] = None
        return {reading: tuple(terms) for reading, terms in found.items()}

    @cached_property
    def _by_short_reading(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for reading, terms in self._by_reading.items():
            found[shortened(reading)] = (*found.get(shortened(reading), ()), *terms)
        return found


def reading_of(folded: str) -> str:
    """Answer how Japanese letters are read, in hiragana; empty for other text."""
    kana = hiragana(folded)
    if is_kana(kana):
        return kana
    if not folded or any(not run["letters"] for run in RUN.finditer(folded)):
        return ""
    readings = [unit.reading for unit in units_of(folded)]
    return "".join(readings) if all(readings) else ""


_ALONE = Text(
    "一つの語だけの行は、前の組を取り消すためのものです", "A word alone takes an earlier group away; there is none."
)
_TOO_MANY = Text(f"語は{TERMS}個までです", f"A group has at most {TERMS} words.")
_TOO_LONG = Text(f"語は{TERM_LENGTH}文字までです", f"A word has at most {TERM_LENGTH} characters.")
_NO_WORDS = Text("語がありません", "There is no word here.")
_TWO_WAYS = Text("「>」は一行に一つだけ使えます", "A line has at most one “>”.")
_TOO_MANY_LINES = Text(f"行は{LINES}行までです", f"A file has at most {LINES} lines.")
_UNREADABLE = Text(
    "ファイルを読めません（UTF-8のテキストが必要です）", "The file cannot be read; it must be text in UTF-8."
)


def _of_file(path: Path, earlier: Mapping[str, list[Group]], problems: list[Problem]) -> dict[str, list[Group]]:
    """Answer a file's groups by the keys of their first words; none for a key that it takes away."""
    own: dict[str, list[Group]] = {}
    for line, cells in _lines(path, problems):
        group = _group(cells)
        if isinstance(group, Text):
            problems.append(Problem(path.name, line, group))
            continue
        key = key_of(group.terms[0])
        is_alone = len(group.terms) + len(group.wider) == 1
        if is_alone and not earlier.get(key):
            problems.append(Problem(path.name, line, _ALONE))
            continue
        own.setdefault(key, []).extend(() if is_alone else (group,))
    return own


def _lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(path.name, 0, _UNREADABLE))
        return
    if len(lines) > LINES:
        problems.append(Problem(path.name, LINES + 1, _TOO_MANY_LINES))
    for number, line in enumerate(lines[:LINES], start=1):
        if line.strip() and not line.startswith("#"):
            # A group is a line: a quote that never closes must not swallow the lines below it.
            yield number, next(csv.reader([line], skipinitialspace=True), [])


def _group(cells: list[str]) -> Group | Text:
    """Read a line: `犬 > 動物, ペット` or `保育園, 保育所`. Answers a sentence where it cannot be used."""
    left, mark, right = ",".join(cells).replace("\uff1e", _ONE_WAY).partition(_ONE_WAY)
    terms, wider = _terms(left), _terms(right)
    if _ONE_WAY in right:
        return _TWO_WAYS
    if not terms or (mark and not wider) or any(not key_of(term) for term in (*terms, *wider)):
        return _NO_WORDS
    if any(len(term) > TERM_LENGTH for term in (*terms, *wider)):
        return _TOO_LONG
    return _TOO_MANY if len(terms) + len(wider) > TERMS else Group(terms, wider)


def _terms(cells: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.strip() for cell in cells.split(",") if cell.strip()))
