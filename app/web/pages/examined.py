"""An examination as the submission's page shows it, and the choices that come back from that page.

A page stays bounded whatever was sent: grids are drawn while there is room for their cells, boxes for columns and for
single words while there is room for those; the rest is one link away, or follows its rule. What came with a box is
computed again from the same examination when the form returns, so that only ticked boxes travel.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

from markupsafe import Markup, escape

from app.catalog.meanings import MEANINGS
from app.kernel.report import Problem, Report, Severity
from app.kernel.text import Text
from app.publishing.examination import Examination, Examined, Example, Proposal
from app.publishing.personal import KINDS
from app.publishing.progress import DONE, STEPS
from app.publishing.repair.choices import Choice
from app.publishing.repair.rules import RULES, Part, Rule
from app.publishing.standard_datasets import layouts

SHOWN_CELLS = 20_000
SHOWN_WORDS = 2_000
SHOWN_REPAIRS = 1_000
FEW = 3
CELL_LENGTH = 300
LOW_LENGTH = 60
NEAR = 12
_SIGNS = {"\n": "↵", "\r": "↵", "\t": "⇥"}
_BLANKS = " \u3000"
# A rule, a resource, a column, a word: what one choice is about.
Key = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Word:
    """An example with the value of its box; without one it is only shown."""

    example: Example
    box: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """What one rule does in one column, with the value of its box."""

    proposal: Proposal
    box: str
    words: tuple[Word, ...]

    @property
    def on(self) -> bool:
        """Whether the rule is applied here: to the words without a box, where there are such, else to any."""
        examples = self.proposal.examples
        rest = self.proposal.count - sum(each.count for each in examples)
        applied = sum(each.count for each in examples if each.applied) if rest > 0 else 0
        return self.proposal.applied > applied


@dataclass(frozen=True, slots=True)
class Card:
    """All that one rule does in a table. `box` names all of it at once.

    `count` are the cells or rows that the rule concerns, `applied` those that are to be changed; `hidden` columns
    have no box of their own.
    """

    code: str
    rule: Rule
    box: str
    repairs: tuple[Repair, ...]
    count: int
    applied: int
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class TableView:
    """A table of the page. `faults` is severity by (line, column number), column -1 for the whole line."""

    number: int
    table: Examined
    cards: tuple[Card, ...]
    faults: Mapping[tuple[int, int], Severity]
    drawn: bool

    @property
    def count(self) -> int:
        """How many cells and rows could be repaired."""
        return sum(card.count for card in self.cards)

    @property
    def applied(self) -> int:
        """How many of them are to be repaired."""
        return sum(card.applied for card in self.cards)


@dataclass(frozen=True, slots=True)
class Labels:
    """What codes are called on the page."""

    rules: Mapping[str, Rule]
    meanings: Mapping[str, Text]
    standards: Mapping[str, Text]
    kinds: Mapping[str, Text]
    steps: Mapping[str, Text]
    done: Mapping[str, Text]


@cache
def labels() -> Labels:
    """Collect the names of everything that a page of a submission tells of."""
    return Labels(
        RULES,
        {code: each.title for code, each in MEANINGS.items()},
        {each.id: each.title for each in layouts()},
        {code: each.title for code, each in KINDS.items()},
        STEPS,
        DONE,
    )


def views(examination: Examination, report: Report, chosen: int | None = None) -> tuple[TableView, ...]:
    """Lay out the tables of an examination; of one of them only, where it is chosen by its number."""
    cells, words, boxes, found = SHOWN_CELLS, SHOWN_WORDS, SHOWN_REPAIRS, []
    for number, table in enumerate(examination.tables):
        if chosen is not None and number != chosen:
            continue
        cards = tuple(_cards(number, table, words, boxes))
        words -= sum(bool(word.box) for card in cards for each in card.repairs for word in each.words)
        boxes -= sum(len(card.repairs) for card in cards)
        size = sum(len(row.cells) for row in table.shown)
        drawn = bool(size) and (chosen is not None or size <= cells)
        cells -= size if drawn else 0
        faults = _faults(table, report, alone=len(examination.tables) == 1)
        found.append(TableView(number, table, cards, faults, drawn))
    return tuple(found)


def choices(
    tables: Iterable[TableView], before: Iterable[Choice], ticked: Collection[str], *, exact: bool
) -> tuple[Choice, ...]:
    """Read the boxes: what was chosen before, changed by every box that is not as it was shown.

    With `exact` a script has kept the words' boxes in step with their column's, so that each says what it means.
    Without, a word that nobody touched follows its column.
    """
    kept = _keyed(before)
    for table, repair in _repairs(tables):
        place = (repair.proposal.rule, table.resource, repair.proposal.column)
        on = repair.box in ticked
        moved = on is not repair.on
        if moved:
            kept = _along(kept, place, on=on)
        for word in repair.words:
            wanted = word.box in ticked
            touched = wanted is not word.example.applied
            if word.box and (wanted is not on and (exact or touched) if moved else touched):
                kept[*place, word.example.before] = wanted
    return _listed(kept)


def settled(tables: Iterable[TableView], before: Iterable[Choice], box: str, *, on: bool) -> tuple[Choice, ...]:
    """Choose everything under a box alike: of all tables (an empty box), or of a card."""
    kept = _keyed(before)
    for view in tables:
        for card in view.cards:
            if box and not f"{card.box}.".startswith(f"{box}."):
                continue
            for repair in card.repairs:
                kept = _along(kept, (card.code, view.table.resource, repair.proposal.column), on=on)
            if card.hidden:
                kept[card.code, view.table.resource, "", None] = on
    return _listed(kept)


def jumps(tables: Iterable[TableView]) -> Callable[[Problem], str | None]:
    """Make the function that answers the address of a problem's cell, or line, in a grid of this page."""
    return partial(_jump, tuple(each for each in tables if each.drawn))


def visible(words: str) -> Markup:
    """Write a stranger's words so that nothing in them hides: controls as signs, blanks at the ends as boxes."""
    cut = words if len(words) <= CELL_LENGTH else words[:CELL_LENGTH] + "…"
    core = cut.strip(_BLANKS)
    start = len(cut) - len(cut.lstrip(_BLANKS)) if core else 0
    head, tail = cut[:start], cut[start + len(core) :]
    pieces = [_blank(letter) for letter in head] + [_sign(letter) for letter in core] + [_blank(x) for x in tail]
    return Markup("").join((Markup("<bdi>"), *pieces, Markup("</bdi>")))


def around(before: str, after: str) -> tuple[str, str]:
    """Cut a long word and what becomes of it to the surroundings of the change, so that rows stay low."""
    if max(len(before), len(after)) <= LOW_LENGTH:
        return before, after
    start = _alike(before, after)
    left = min(len(before), len(after)) - start
    end = min(left, _alike(before[::-1], after[::-1]))
    return _piece(before, start, end), _piece(after, start, end)


def _alike(one: str, other: str) -> int:
    """Count the letters with which both begin."""
    differ = (place for place, (here, there) in enumerate(zip(one, other, strict=False)) if here != there)
    return next(differ, min(len(one), len(other)))


def _piece(word: str, start: int, end: int) -> str:
    first, last = max(0, start - NEAR), len(word) - max(0, end - NEAR)
    shown = word[first:last][:LOW_LENGTH]
    return "…" * (first > 0) + shown + "…" * (first + len(shown) < len(word))


def _cards(number: int, table: Examined, room: int, boxes: int) -> Iterator[Card]:
    by_rule: dict[str, list[tuple[int, Proposal]]] = {}
    for position, proposal in enumerate(table.proposals):
        by_rule.setdefault(proposal.rule, []).append((position, proposal))
    for place, (code, proposals) in enumerate(by_rule.items()):
        box, repairs = f"{number}.{place}", []
        # Only words in cells are chosen one by one: rows are set apart, and headers joined, as a whole.
        left = room if RULES[code].part is Part.CELLS else 0
        drawn = proposals[: max(boxes, FEW)]
        boxes -= len(drawn)
        for position, proposal in drawn:
            own = f"{box}.{position}"
            repair = Repair(proposal, own, tuple(_words(own, proposal.examples, left)))
            left = max(0, left - sum(bool(word.box) for word in repair.words))
            repairs.append(repair)
        if RULES[code].part is Part.CELLS:
            room = left
        count, applied = (sum(getattr(each, of) for _, each in proposals) for of in ("count", "applied"))
        yield Card(code, RULES[code], box, tuple(repairs), count, applied, len(proposals) - len(drawn))


def _words(box: str, examples: tuple[Example, ...], room: int) -> Iterator[Word]:
    # A column's only word is chosen with the column.
    room = room if len(examples) > 1 else 0
    for position, example in enumerate(examples[: max(room, FEW)]):
        # Of a word that is cut, nobody here knows what would have to be chosen.
        boxed = position < room and not example.cut
        yield Word(example, f"{box}.{position}" if boxed else "")


def _repairs(tables: Iterable[TableView]) -> Iterator[tuple[Examined, Repair]]:
    return ((each.table, repair) for each in tables for card in each.cards for repair in card.repairs)


def _keyed(listed: Iterable[Choice]) -> dict[Key, bool]:
    return {(each.rule, each.resource, each.column, each.before): each.apply for each in listed}


def _along(kept: Mapping[Key, bool], place: tuple[str, str, str], *, on: bool) -> dict[Key, bool]:
    """Choose a rule in a column, and with it every word there that was chosen before."""
    return {key: on if key[:3] == place else apply for key, apply in kept.items()} | {(*place, None): on}


def _listed(kept: Mapping[Key, bool]) -> tuple[Choice, ...]:
    return tuple(
        Choice(rule, apply, resource, column, before) for (rule, resource, column, before), apply in kept.items()
    )


def _concerns(problem: Problem, table: Examined, *, alone: bool) -> bool:
    if problem.resource is not None:
        return problem.resource == table.resource
    return alone or (problem.file is not None and problem.file == table.file)


def _faults(table: Examined, report: Report, *, alone: bool) -> dict[tuple[int, int], Severity]:
    names = {column.name: number for number, column in enumerate(table.columns)}
    lines = {row.line for row in table.shown}
    found: dict[tuple[int, int], Severity] = {}
    for problem in report.problems:
        if problem.row in lines and problem.row is not None and _concerns(problem, table, alone=alone):
            place = (problem.row, names.get(problem.column or "", -1))
            if found.get(place) is not Severity.ERROR:
                found[place] = problem.severity
    return found


def _jump(tables: tuple[TableView, ...], problem: Problem) -> str | None:
    for each in tables:
        if problem.row is None or not _concerns(problem, each.table, alone=len(tables) == 1):
            continue
        names = [column.name for column in each.table.columns]
        column = names.index(problem.column) if problem.column in names else -1
        if (problem.row, column) in each.faults:
            return f"#line-{each.number}-{problem.row}" if column < 0 else f"#cell-{each.number}-{problem.row}-{column}"
    return None


def _sign(letter: str) -> Markup:
    if letter.isprintable() or letter == "\u3000":
        return escape(letter)
    sign = _SIGNS.get(letter, f"U+{ord(letter):04X}")
    return Markup('<span class="sign">{}</span>').format(sign)


def _blank(letter: str) -> Markup:
    return Markup('<span class="sign">{}</span>').format("␣" if letter == " " else "□")
