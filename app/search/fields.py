"""What of a dataset is searched, and the names that every engine keeps it under.

Few fields, because every field more is a clause more for every word of every question. Words of everything rank,
letters find what is no word of its own, and the rest is for those who say where they look.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.search.engine import Facet

if TYPE_CHECKING:
    from collections.abc import Mapping

# The words of titles, descriptions and all names, those of titles twice.
TEXT = "text"
# The words of titles, and titles as a whole.
TITLE = "title"
# Pairs of letters, which find every part of a text; Latin words as they are spelt.
TITLE_PAIRS = "title_pairs"
NAMES_PAIRS = "names_pairs"  # keywords, publishers, columns, files, classification
DESCRIPTION_PAIRS = "description_pairs"
VALUES_PAIRS = "values_pairs"  # what stands in the cells of tables
PUBLISHER_PAIRS = "publisher_pairs"
# Readings of titles, keywords, subjects, columns and publishers, for those who type kana or Latin letters.
READINGS = "readings"


@dataclass(frozen=True, slots=True)
class Part:
    """The fields of a part of a dataset that can be searched by itself; empty where it has none of a kind."""

    words: str = ""
    pairs: str = ""


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "title": Part(TITLE, TITLE_PAIRS),
        "publisher": Part("publisher", PUBLISHER_PAIRS),
        "keywords": Part("keywords"),  # said by somebody; and the slug
        "columns": Part("columns"),  # names, titles and definitions of columns
        "resources": Part("resources", "resources"),  # letters, and words in Latin letters
        "description": Part(pairs=DESCRIPTION_PAIRS),
        "values": Part(pairs=VALUES_PAIRS),
    }
)

# Names of the fields of an entry: blank-separated tokens.
NAMES: tuple[str, ...] = (
    TEXT,
    NAMES_PAIRS,
    *dict.fromkeys(name for part in PARTS.values() for name in (part.words, part.pairs) if name),
    READINGS,
)

WORD = "word"  # the words of titles, keywords, columns, publishers, as people write them: for suggestions
# Names of the columns of an entry: whole values.
COLUMNS: tuple[str, ...] = (*(facet.value for facet in Facet), WORD)

# When the data changed and when its record did: microseconds since 1970, UTC.
UPDATED = "updated"
REVISED = "revised"
POPULARITY = "popularity"
RATING = "rating"  # 0 to 4: how good and how current a dataset is, as its quality says
PERIOD_START = "period_start"  # days since 1970; where unknown the number is absent
PERIOD_END = "period_end"
NUMBERS: tuple[str, ...] = (UPDATED, REVISED, POPULARITY, RATING, PERIOD_START, PERIOD_END)

_WHOLE_LENGTH = 100


def whole_title(text: str) -> str:
    """Answer the token that stands in the field of titles for a title as a whole; empty for an empty text."""
    letters = "".join(
        letter for letter in unicodedata.normalize("NFKC", text[:_WHOLE_LENGTH]).casefold() if letter.isalnum()
    )
    return f"={letters}" if letters else ""
