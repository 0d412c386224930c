"""English words: their stems, and those that say nothing of what is sought."""

from __future__ import annotations

from functools import lru_cache
from threading import local

import snowballstemmer

_own = local()
_SHORT = 3

# Not indexed as words: in every text, and in no question the point.
_STOP_WORDS = """
a about above after again all also am an and any are as at be because been before being below between
both but by can could did do does doing down during each few for from further had has have having he her
here hers him his how i if in into is it its itself just me more most my no nor not of off on once only
or other our ours out over own same she should so some such than that the their theirs them then there
these they this those through to too under until up us very was we were what when where which while who
whom why will with would you your yours s t
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# The algorithm makes one of words that are not: a parking is no park, an animal no animation.
_APART = frozenset(
    {
        "parking",
        "housing",
        "building",
        "buildings",
        "nursing",
        "meeting",
        "training",
        "lighting",
        "shipping",
        "news",
        "university",
        "universities",
        "animal",
        "animals",
        "organization",
        "organizations",
        "general",
        "policy",
        "policies",
    }
)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Answer the stem of a word in lower case (Snowball, English): populations and population are one."""
    # Short words are abbreviations more often than inflected: aed is not an a that happened.
    if len(word) <= _SHORT or not word.isascii() or not word.isalpha():
        return word
    if word in _APART:
        return word.removesuffix("s") if word != "news" else word
    return str(_stemmer().stemWord(word))


def _stemmer() -> snowballstemmer.stemmer:
    # A stemmer keeps the word that it works on: threads must not share one.
    if not hasattr(_own, "stemmer"):
        _own.stemmer = snowballstemmer.stemmer("english")
    return _own.stemmer
