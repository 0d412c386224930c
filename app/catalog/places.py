"""The municipalities of Japan, from `metadata/places/municipalities.csv`, read when first asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[2] / "metadata" / "places" / "municipalities.csv"


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality, a ward, or a prefecture (whose `name` is empty). `code` has six digits."""

    code: str
    prefecture: str
    name: str
    kana: str

    @property
    def names(self) -> tuple[str, ...]:
        """How it is written: in full, and without the district (郡) as people mostly do."""
        district, mark, rest = self.name.partition("郡")
        # 郡山市, 郡上市 and 大和郡山市 are no districts: what stands after a district is a town or village.
        if district and len(rest) > 1 and mark and rest.endswith(("町", "村")):
            return (self.name, rest)
        return (self.name,)


@cache
def municipalities() -> Mapping[str, Municipality]:
    """Read the table: six-digit code to municipality or prefecture."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Municipality(row["code"], row["prefecture"], row["municipality"], row["kana"])
            for row in csv.DictReader(file)
        }


def municipality(code: str) -> Municipality | None:
    """Find a municipality or prefecture by its six-digit code."""
    return municipalities().get(code)


@cache
def prefectures() -> Mapping[str, Municipality]:
    """Answer the 47 prefectures by their names."""
    return {each.prefecture: each for each in municipalities().values() if not each.name}


@cache
def names() -> Mapping[str, tuple[Municipality, ...]]:
    """Answer municipalities by how they are written; several share a name (府中市, 池田町)."""
    found: dict[str, tuple[Municipality, ...]] = {}
    for each in municipalities().values():
        if each.name:
            for name in each.names:
                found[name] = (*found.get(name, ()), each)
    return found


@cache
def ward_names() -> frozenset[str]:
    """Answer the names of wards without their cities', such as 中央区."""
    return frozenset(
        ward + "区"
        for name in names()
        for ward in [name.partition("市")[2].removesuffix("区")]
        if name.endswith("区") and ward
    )
