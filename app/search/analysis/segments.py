"""A query cut into the words asked for: compounds and known terms whole, particles left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.search.analysis.characters import RUN
from app.search.analysis.eras import YEAR, others
from app.search.analysis.kana import is_kana
from app.search.analysis.morphemes import Part, Unit, units_of
from app.search.analysis.tokens import compounds

_TERM_ATOMS = 8
_KANA_TERM = 12
_PARTICLES = re.compile("[のをがはとでにへや]")
_SHORTEST_KANA = 2
# Grammar to the dictionary, and in a question rather the duck (鴨), the cod (鱈), the pond (溜池) and the town (奈良).
_WORDS_AS_WELL = frozenset(("かも", "たら", "ため", "なら"))


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest part of a query. `gap` says that something stands before it that is no letter."""

    text: str
    gap: bool
    unit: Unit | None = None

    @property
    def is_grammar(self) -> bool:
        """Say whether it stands between words and is none."""
        return self.unit is not None and self.unit.part is Part.GRAMMAR


def segments(folded: str, knows: Callable[[str], bool]) -> list[str]:
    """Cut folded text into words. Terms that are known stay whole; two Latin words of one keep a blank between."""
    return list(_joined(list(_atoms(folded, knows)), knows))


def _atoms(folded: str, knows: Callable[[str], bool]) -> Iterator[Atom]:
    """List years, Latin words, numbers and morphemes."""
    position, end = 0, -1
    while found := RUN.search(folded, position):
        gap = found.start() > end
        year = _year_in(found)
        if year and year.start() == found.start():
            yield Atom(year[0], gap)
            position = end = year.end()
            continue
        stop = year.start() if year else found.end()
        yield from _atoms_of(folded[found.start() : stop], gap, knows, is_letters=found["letters"] is not None)
        position = end = stop


def _year_in(run: re.Match[str]) -> re.Match[str] | None:
    """Find a year that begins with a run, or whose era stands inside a run of letters: 予算令和3年度."""
    found = YEAR.match(run.string, run.start())
    if not found and run["letters"]:
        found = YEAR.search(run.string, run.start() + 1)
        found = found if found and found["era"] and found.start() < run.end() else None
    return found if found and others(found[0]) else None


def _atoms_of(run: str, gap: bool, knows: Callable[[str], bool], *, is_letters: bool) -> Iterator[Atom]:
    if not is_letters:
        yield Atom(run, gap)
        return
    texts = _kana_words(run, knows) if is_kana(run) else None
    atoms = [Atom(text, gap=False) for text in texts] if texts else _morphemes(run)
    for index, atom in enumerate(atoms):
        yield Atom(atom.text, gap and index == 0, atom.unit)


def _morphemes(run: str) -> list[Atom]:
    return [Atom(unit.surface, gap=False, unit=unit) for unit in units_of(run)]


def _kana_words(run: str, knows: Callable[[str], bool]) -> list[str] | None:
    """Cut a run of hiragana at words that are known; a dictionary of kanji makes nonsense of じんこう.

    A run of unknown words is one word, unless it is a sentence or stands between words, as in 保育園 の 一覧: `None`
    where morphemes tell more.
    """
    if words := _known_words(run, knows):
        return words
    return None if _is_sentence(run) or _is_grammar(run) else [run]


def _known_words(run: str, knows: Callable[[str], bool]) -> list[str]:
    """Cut a run wholly into known words and particles between them; empty where that cannot be done."""
    tails: dict[int, list[str] | None] = {len(run): []}  # by where they begin
    for start in range(len(run) - 1, -1, -1):
        # A particle is likelier than a word that begins like one: in ごみのだし there is no 野田市.
        is_particle = start > 0 and _PARTICLES.match(run[start]) and start + 1 < len(run)
        tails[start] = tails[start + 1] if is_particle else None
        if tails[start] is None:
            tails[start] = next(_tails(run, start, tails, knows), None)
    return tails[0] or []


def _tails(
    run: str, start: int, tails: dict[int, list[str] | None], knows: Callable[[str], bool]
) -> Iterator[list[str]]:
    for end in range(min(len(run), start + _KANA_TERM), start + 1, -1):
        tail = tails[end]
        if tail is not None and knows(run[start:end]):
            yield [run[start:end], *tail]


def _is_grammar(run: str) -> bool:
    """Say whether a run is no word by itself."""
    return run not in _WORDS_AS_WELL and all(unit.part is Part.GRAMMAR for unit in units_of(run))


def _is_sentence(run: str) -> bool:
    """Say whether particles or endings stand in a run between or behind words that are long enough to be some."""
    units = units_of(run)
    grammar = [unit.part is Part.GRAMMAR for unit in units]
    long_enough = all(len(unit.surface) >= _SHORTEST_KANA for unit in units if unit.part is not Part.GRAMMAR)
    return long_enough and any(grammar[1:]) and not grammar[0]


def _joined(atoms: list[Atom], knows: Callable[[str], bool]) -> Iterator[str]:
    position = 0
    while position < len(atoms):
        text, count = _known(atoms, position, knows) or _compound(atoms, position)
        position += count
        if text:
            yield text


def _known(atoms: list[Atom], position: int, knows: Callable[[str], bool]) -> tuple[str, int] | None:
    """Answer the longest known term that begins here, of two atoms or more."""
    text = atoms[position].text
    best = None
    if atoms[position].is_grammar:
        return None  # in ごみのだし there is no 野田市
    for count, atom in enumerate(atoms[position + 1 : position + _TERM_ATOMS], start=2):
        if atom.gap and not (text.isascii() and atom.text.isascii()):
            break
        text += (" " if atom.gap else "") + atom.text
        if knows(text):
            best = text, count
    return best


def _compound(atoms: list[Atom], position: int) -> tuple[str, int]:
    """Answer a word with what stands before and behind it, or nothing for a particle; a number takes its unit."""
    first = atoms[position]
    if first.is_grammar:
        return "", 1
    if first.unit is None and not first.text.isdecimal():
        return first.text, 1
    units = [first.unit or Unit(first.text, first.text, "", Part.PREFIX)]
    for atom in atoms[position + 1 :]:
        if atom.gap or atom.is_grammar:
            break
        units.append(atom.unit or Unit(atom.text, atom.text, "", Part.NOUN))
    text = "".join(unit.surface for unit in next(compounds(tuple(units))))
    return text, _count(atoms, position, text)


def _count(atoms: list[Atom], position: int, text: str) -> int:
    length = count = 0
    while length < len(text):
        length += len(atoms[position + count].text)
        count += 1
    return count
