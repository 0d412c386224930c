"""Queries over Tokyo's records as people type them who want one of a few known records.

`known_items.tsv` was written by reading records, picked by chance from every publisher, and before anybody saw what the
search answers. A query is never changed because it fails; only a wrong judgement is. `ids` are the names of all records
there that would satisfy. One half is for tuning, the other for testing only.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("known_items.tsv")
# words: plain words; paraphrase: other words than the record's; kana, romaji, english: other letters or language;
# question: a chatty sentence; variant: abbreviations, other letters for the same word, eras; place: a place and a
# topic; typo: a slip of hand or of kana-kanji conversion.
KINDS = ("words", "paraphrase", "kana", "romaji", "english", "question", "variant", "place", "typo")


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A query and the records that satisfy it. `half` is "tune" or "test"."""

    query: str
    kind: str
    ids: frozenset[str]
    half: str


def read(file: Path = FILE) -> tuple[KnownItem, ...]:
    """Read all queries."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(KnownItem(row["query"], row["kind"], frozenset(row["ids"].split()), row["half"]) for row in rows)


def reciprocal_rank(ranked: Sequence[str], wanted: frozenset[str], depth: int = 10) -> float:
    """Answer one over the place of the first that satisfies, 0 where none of the first `depth` does."""
    return next((1 / place for place, each in enumerate(ranked[:depth], 1) if each in wanted), 0.0)
