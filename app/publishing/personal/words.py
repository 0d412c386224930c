"""One column as the detectors get it, and what they answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.publishing.personal.context import Context

# A cell may be endless; what makes it personal stands near its beginning, or the whole column is of that kind.
LOOKED_AT = 2000
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\uff0d\uff70]")

Word = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Words:
    """A column: its plain name, its meaning, its different words with how often and where first, and the table."""

    name: str
    meaning: str
    words: Sequence[Word]
    context: Context

    def __iter__(self) -> Iterator[Word]:
        """Go through the words that say something, with letters and dashes in one form."""
        for word, count, line in self.words:
            if tidy := tidied(word):
                yield tidy, count, line

    def sample(self, size: int) -> list[str]:
        """The first few words."""
        return [tidied(word) for word, _, _ in self.words[:size] if word.strip()]


@dataclass(frozen=True, slots=True)
class Hits:
    """How many cells are of a kind, the line of the first, and that one masked."""

    count: int
    line: int
    shown: str


def tidied(word: str) -> str:
    """Write letters in their usual width and every dash as a hyphen."""
    cut = word[:LOOKED_AT].strip()
    return cut if cut.isascii() else _DASHES.sub("-", unicodedata.normalize("NFKC", cut))


def collect(words: Words, shown: Callable[[str], str | None]) -> Hits | None:
    """Count the cells of which `shown` makes a mask, for `None` says that a word is not of the kind."""
    count, first, mask = 0, 0, ""
    for word, often, line in words:
        found = shown(word)
        if found is None:
            continue
        count += often
        if not mask or line < first:
            first, mask = line, found
    return Hits(count, first, mask) if mask else None


def share(words: Sequence[str], fits: Callable[[str], object]) -> float:
    """Say how many of the words fit, as a share."""
    return sum(bool(fits(word)) for word in words) / len(words) if words else 0.0
