"""What of a dataset is searched and how much it counts, and the names that every engine keeps them under."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.search.engine import Facet

# A field that text goes into twice: as words, which rank, and as pairs of letters, which find every part of it.
PAIRS = "_pairs"
# Readings of titles, keywords, subjects, columns and publishers, for those who type kana or Latin letters.
READINGS = "readings"


@dataclass(frozen=True, slots=True)
class Field:
    """A searched part of a dataset. A word counts `weight` times as much here as in a field of weight 1."""

    name: str
    weight: float

    @property
    def pairs(self) -> str:
        """The name of the field that holds the same text as pairs of letters."""
        return self.name + PAIRS


FIELDS = (
    Field("title", 2.0),
    Field("keywords", 1.0),  # said by somebody; and the slug
    Field("publisher", 1.0),
    Field("columns", 1.0),  # names, titles and definitions of columns
    Field("resources", 1.0),
    Field("subjects", 1.0),  # what the classification and the portal add
    Field("description", 2.5),
    Field("values", 0.5),  # what stands in the cells of tables
)

# Names of the fields of an entry: blank-separated tokens.
NAMES: tuple[str, ...] = (*(name for each in FIELDS for name in (each.name, each.pairs)), READINGS)

PRIOR = "prior"  # "0" to "4": how good and how current a dataset is, as its quality says
WORD = "word"  # the words of titles, keywords, columns, publishers, as people write them: for suggestions
# Names of the columns of an entry: whole values.
COLUMNS: tuple[str, ...] = (*(facet.value for facet in Facet), PRIOR, WORD)

UPDATED = "updated"  # microseconds since 1970, UTC
POPULARITY = "popularity"
PERIOD_START = "period_start"  # days since 1970; where unknown the number is absent
PERIOD_END = "period_end"
NUMBERS: tuple[str, ...] = (UPDATED, POPULARITY, PERIOD_START, PERIOD_END)

_WHOLE_LENGTH = 100


def whole_title(text: str) -> str:
    """Answer the token that stands in the field of titles for a title as a whole; empty for an empty text."""
    letters = "".join(
        letter for letter in unicodedata.normalize("NFKC", text[:_WHOLE_LENGTH]).casefold() if letter.isalnum()
    )
    return f"={letters}" if letters else ""
