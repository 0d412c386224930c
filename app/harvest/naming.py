"""Gives each record of a file a name that no other has.

In a catalogue a name is unique, but a file of records may hold a dataset twice, in two states or under two ids. The
record that was changed last has the name, whatever the order of the file.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.harvest.harvested import Mapped

SHOWN_ID = 8
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Naming:
    """Which rows are older states of another record of the same id, and which must bear another name."""

    older: frozenset[int]
    renamed: dict[int, str]


@dataclass(frozen=True, slots=True, order=True)
class _Claim:
    """A record's claim on a name: the later change has the better one, then the greater id, then the later row."""

    modified: datetime
    source_id: str
    row: int


def name_records(records: Iterable[Mapped], *, together: bool) -> Naming:
    """Decide who bears which name. `together` says that all records go to one organization."""
    claims: dict[tuple[str, str], list[_Claim]] = defaultdict(list)
    for mapped in records:
        if (found := mapped.harvested) is not None:
            owner = found.organization.slug if found.organization and not together else ""
            claim = _Claim(found.about.source_modified or _NEVER, found.source_id, mapped.row)
            claims[owner, found.name].append(claim)
    older: set[int] = set()
    renamed: dict[int, str] = {}
    names = {name for _, name in claims}
    for (_, name), claiming in claims.items():
        newest = {claim.source_id: claim for claim in sorted(claiming)}
        older |= {claim.row for claim in claiming} - {claim.row for claim in newest.values()}
        for claim in sorted(newest.values(), reverse=True)[1:]:
            renamed[claim.row] = _other_name(name, claim.source_id, names)
    return Naming(frozenset(older), renamed)


def _other_name(name: str, source_id: str, names: set[str]) -> str:
    short, whole = (f"{name}-{ending}" for ending in (source_id[:SHOWN_ID], source_id))
    chosen = short if short not in names else whole
    names.add(chosen)
    return chosen
