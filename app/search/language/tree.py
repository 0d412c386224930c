"""What a query consists of, once read: a small tree of known depth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.kernel.text import Text
from app.search.engine import Facet
from app.search.language.names import DateField, Part


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stood side by side, as typed; what they mean says the analysis."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words between quotation marks: they stand so, letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class Within:
    """A condition that holds in one part of a dataset, such as its title."""

    part: Part
    node: Words | Quoted


@dataclass(frozen=True, slots=True)
class Chosen:
    """A facet has a value, named as people name it."""

    facet: Facet
    value: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A day lies, or a period has a day, between two days, both included, `None` for no bound."""

    field: DateField
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    node: Node


@dataclass(frozen=True, slots=True)
class Both:
    """Every condition holds."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one condition holds."""

    nodes: tuple[Node, ...]


Node = Words | Quoted | Within | Chosen | Dated | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Dropped:
    """A part of a query that was passed over, and why."""

    text: str
    reason: Text
