"""Finds the columns that an agent names: by name, by title, or as somebody would write them who saw them once."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.query.frame import Frame

_BETWEEN = re.compile(r"[\s_]+")
_BRACKETS = re.compile(r"[(\[【〔][^()]*[)\]】〕]$")
_QUOTES = {'"': '"', "'": "'", "`": "`", "「": "」", "[": "]", "“": "”"}


class Names:
    """The columns of a table by all that they may be called."""

    def __init__(self, frame: Frame) -> None:
        self._known = set(frame.by_name)
        self._titles: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        for column in frame.columns:
            for title in (column.title.ja, column.title.en):
                if title:
                    self._titles.setdefault(title, column.name)
        for name in frame.by_name:
            self._folded.setdefault(_folded(name), name)
        for title, name in self._titles.items():
            self._folded.setdefault(_folded(title), name)
        self._add_bare()
        labels = dict.fromkeys((*frame.by_name, *self._titles))
        self._labels = sorted(labels, key=len, reverse=True)

    def _add_bare(self) -> None:
        """A name is known without what stands in brackets behind it, where no other is called so: 人口（人）."""
        bare: dict[str, set[str]] = {}
        for label, name in self._folded.items():
            if short := _BRACKETS.sub("", label):
                bare.setdefault(short, set()).add(name)
        self._folded |= {label: min(of) for label, of in bare.items() if len(of) == 1 and label not in self._folded}

    def find(self, words: str) -> str | None:
        """Answer the name of the column that words mean; `None` where they mean none."""
        plain = words.strip()
        if plain in self._known:
            return plain
        bare = unquoted(plain)
        if bare in self._known:
            return bare
        return self._titles.get(bare) or self._folded.get(_folded(bare))

    def leading(self, text: str, follows: re.Pattern[str]) -> tuple[str, str] | None:
        """Cut a column's name off a text where `follows` fits the rest: the longest one that does, and the rest."""
        if (closing := _QUOTES.get(text[:1])) and (end := text.find(closing, 1)) > 0:
            name, rest = self.find(text[1:end]), text[end + 1 :]
            if name and follows.match(rest):
                return name, rest
        for label in self._labels:
            if text.startswith(label) and follows.match(text, len(label)):
                return (label if label in self._known else self._titles[label]), text[len(label) :]
        return None


def unquoted(words: str) -> str:
    """Take one pair of quotation marks off."""
    plain = words.strip()
    closing = _QUOTES.get(plain[:1])
    return plain[1:-1] if closing and len(plain) > 1 and plain.endswith(closing) else plain


def _folded(words: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", words).casefold())
