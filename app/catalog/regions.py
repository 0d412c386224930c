"""Regions of several municipalities or prefectures, such as 23区, 多摩 and 関東: the table in `metadata/search`."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[2] / "metadata" / "search" / "regions.csv"
_LONGEST = 100


def codes_in_region(words: str) -> tuple[str, ...]:
    """Answer the six-digit codes of what a region holds; empty for what is none."""
    return _regions().get(_folded(words[:_LONGEST]), ())


def region_names() -> tuple[str, ...]:
    """Answer all names of regions."""
    return tuple(_regions())


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip().casefold()


@cache
def _regions() -> Mapping[str, tuple[str, ...]]:
    """Read the table; a region may hold others, named before it."""
    known: dict[str, tuple[str, ...]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes = tuple(code for part in row["holds"].split() for code in known.get(_folded(part), (part,)))
            known |= {_folded(name): codes for name in row["names"].split("|")}
    return known
