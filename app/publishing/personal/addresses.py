"""Where persons live, and tables that have a row for each person without naming them."""

from __future__ import annotations

import re

from app.publishing.personal.context import is_own
from app.publishing.personal.words import Hits, Words, collect, share

SAMPLE = 500
SHOWN = 3

_HOME_NAME = re.compile(r"住所|自宅|居所|居住地|(?<!mail )(?<!mail)address")
# A place and a number in it: the name of a municipality alone is where thousands live.
_HOUSE = re.compile(r"[都道府県市区町村郡字丁番][^\d]{0,40}(?:\d|[一二三四五六七八九十]{1,3}丁目)")
_FEW = 0.3


def find_home_addresses(words: Words) -> Hits | None:
    """Find addresses down to the house in a table about persons."""
    named = words.meaning == "address" or _HOME_NAME.search(words.name)
    if not named or not is_own(words.name, words.context) or share(words.sample(SAMPLE), _HOUSE.search) < _FEW:
        return None
    return collect(words, lambda word: f"{word[:SHOWN]}***" if _HOUSE.search(word) else None)


def find_person_records(words: Words) -> Hits | None:
    """Find a table with a row for each person, by three or more of their traits and no sums; told in the first."""
    if not words.context.first_trait or words.name != words.context.first_trait:
        return None
    return collect(words, lambda word: f"{word[0]}***")
