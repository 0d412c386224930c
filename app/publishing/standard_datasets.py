"""The standard datasets of Japanese municipalities: recognised by their columns, with the way to the current layout.

The layouts are Table Schemas in `metadata/standard-datasets`, from the Digital Agency's データ項目定義書; the README
there says which are known in full.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from app.kernel.text import Text
from app.publishing.examination import StandardMatch

FOLDER = Path(__file__).parents[2] / "metadata" / "standard-datasets"
RENAMED = "renamed.json"

# Neighbouring datasets of the series share half of their columns; with the signature, six in ten leave no doubt.
ENOUGH = 0.6
# No column of the series has a name of half this length.
LONGEST_NAME = 100
_SEPARATORS = re.compile(r"[\s_()・、,\-]")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A column's earlier name or usual variant, its name in the current layouts, and why they are the same."""

    before: str
    after: str
    reason: Text


@dataclass(frozen=True, slots=True)
class StandardLayout:
    """One layout of a standard dataset. `current` is false for the layout of 推奨データセット.

    `signature` are the columns that tell it from the other datasets; `complete` says that no column is left out.
    """

    id: str
    title: Text
    current: bool
    version: str
    source: str
    licence: str
    complete: bool
    signature: tuple[str, ...]
    schema: Mapping[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns in their order."""
        return tuple(field["name"] for field in self.schema["fields"])


@cache
def layouts() -> tuple[StandardLayout, ...]:
    """Every layout that is known, in the order of numbers."""
    return tuple(_layout(path) for path in sorted(FOLDER.glob("[0-9]*.json")))


@cache
def renamed() -> tuple[Renamed, ...]:
    """Columns that have other names in the current layouts."""
    listed = msgspec.json.decode((FOLDER / RENAMED).read_bytes())
    return tuple(Renamed(each["from"], each["to"], Text(**each["reason"])) for each in listed)


def recognise_standard(columns: Sequence[str]) -> StandardMatch | None:
    """Find the standard dataset that a table's columns are those of, old layouts and usual spellings included.

    Needs all columns of the dataset's signature, and six in ten of the layout's columns. `missing` are the columns
    of the current layout, where all of them are known, or else of the layout that was found. Columns whose present
    name is not known are neither mapped nor extra.
    """
    own = {_current(name): name for name in reversed(columns) if name.strip()}
    found = [(_share(layout, own), layout.current, layout) for layout in layouts() if _signed(layout, own)]
    best = max(found, key=lambda each: each[:2], default=None)
    if best is None or best[0] < ENOUGH:
        return None
    share, _, layout = best
    return _match(layout, share, columns)


def _match(layout: StandardLayout, share: float, columns: Sequence[str]) -> StandardMatch:
    family = [each for each in layouts() if each.id == layout.id]
    targets = _targets(family)
    known = targets.keys() | {_current(name) for each in family for name in each.columns}
    goal = next((each for each in family if each.current and each.complete), layout)
    own = {name: _current(name) for name in columns if name.strip()}
    present = set(own.values())
    return StandardMatch(
        id=layout.id,
        share=round(share, 3),
        mapping={name: targets[now] for name, now in own.items() if now in targets},
        missing=tuple(name for name in goal.columns if _current(name) not in present),
        extra=tuple(name for name, now in own.items() if now not in known),
    )


def _targets(family: Sequence[StandardLayout]) -> dict[str, str]:
    """Names in current layouts, by their plain forms.

    Where a dataset's own current layout is not known, the other datasets' are taken: the series names a thing the
    same everywhere.
    """
    current = [each for each in family if each.current] or [each for each in layouts() if each.current]
    names = [name for each in current for name in each.columns]
    return {_plain(name): name for name in names}


def _signed(layout: StandardLayout, own: Mapping[str, str]) -> bool:
    return all(_current(name) in own for name in layout.signature)


def _share(layout: StandardLayout, own: Mapping[str, str]) -> float:
    wanted = {_current(name) for name in layout.columns}
    return len(wanted & own.keys()) / len(wanted)


def _current(name: str) -> str:
    """The plain form of the name that a column has now."""
    plain = _plain(name)
    return _ways().get(plain, plain)


@cache
def _ways() -> Mapping[str, str]:
    return MappingProxyType({_plain(each.before): _plain(each.after) for each in renamed()})


def _plain(name: str) -> str:
    """Leave out what is written in different ways: width, case, blanks, brackets and what joins the parts of a name."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name[:LONGEST_NAME])).casefold()


def _layout(path: Path) -> StandardLayout:
    table = msgspec.json.decode(path.read_bytes())
    return StandardLayout(
        id=table["id"],
        title=Text(**table["title"]),
        current=table["layout"] == "current",
        version=table["version"],
        source=table["source"],
        licence=table["licence"],
        complete=table["complete"],
        signature=tuple(table["signature"]),
        schema=table["schema"],
    )
