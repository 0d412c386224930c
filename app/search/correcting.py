"""What somebody who mistyped may have meant: the nearest words that datasets have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.search.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.search.vocabulary import Spelling, Vocabulary

MANY_INSTEAD = 3


def instead(vocabulary: Vocabulary, typed: str, missing: list[str]) -> tuple[str, ...]:
    """Answer questions with words that datasets have in the place of those that none has, the likeliest first."""
    options: tuple[str, ...] = (" ".join(typed.split()),)
    for word in typed.split():
        parts = [part for part in missing if fold(part) in fold(word)]
        if missing and not parts:
            continue
        for wrong, right in _nearest(vocabulary, word, parts):
            options = tuple(options[0].replace(wrong, each.text) for each in right)
            break
    return tuple(each for each in dict.fromkeys(options) if each != typed)[:MANY_INSTEAD]


def _nearest(vocabulary: Vocabulary, word: str, missing: list[str]) -> Iterator[tuple[str, tuple[Spelling, ...]]]:
    """List what may be wrong in a word and what may be right: all of it, or a part that nothing has."""
    if found := vocabulary.read_as(word, MANY_INSTEAD):
        yield word, found
    for part in (word, *(part for part in missing if part in word)) if missing else ():
        if part not in vocabulary and (found := vocabulary.near(part, MANY_INSTEAD)):
            yield part, found
