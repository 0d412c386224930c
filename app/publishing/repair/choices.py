"""Which repairs are to be made: a rule's own default, the publisher's default, and what a person chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.publishing.repair.rules import RULES


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision about repairs; the more it names, the more it counts.

    It is about a rule everywhere, in a resource, in one of its columns, or for one word (`before`) there.
    """

    rule: str
    apply: bool
    resource: str = ""
    column: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """All decisions for one resource. With `none` nothing is repaired, whatever else stands here."""

    listed: tuple[Choice, ...] = ()
    defaults: Mapping[str, bool] = field(default_factory=dict)
    none: bool = False

    def applies(self, rule: str, column: str = "", before: str | None = None) -> bool:
        """Say whether a repair is to be made. Raises `KeyError` for a rule that is not in `RULES`."""
        if self.none:
            return False
        best, found = -1, self.defaults.get(rule, RULES[rule].default)
        for each in self.listed:
            if each.rule != rule or (each.column and each.column != column):
                continue
            if each.before is not None and each.before != before:
                continue
            weight = bool(each.resource) + 2 * bool(each.column) + 4 * (each.before is not None)
            if weight >= best:
                best, found = weight, each.apply
        return found

    def of(self, resource: str) -> Choices:
        """Keep what concerns one resource."""
        kept = tuple(each for each in self.listed if each.resource in {"", resource})
        return Choices(kept, self.defaults, self.none)
