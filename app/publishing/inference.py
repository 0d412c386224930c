"""Which type a column nobody described has: the narrowest that every cell fits, else text.

Cautious on purpose: a code such as 0123 that became a number would have lost its zero, and a number too long for a
double its last digits. People then correct a guess less, not a guess more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.publishing.casting import DATE, DATETIME, ZONE, present
from app.publishing.layout import Layout
from app.publishing.staging import Stage, literal

_WHOLE = "-?(0|[1-9][0-9]{0,17})"
_PATTERNS = {
    "integer": _WHOLE,
    "number": _WHOLE + r"(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,3})?",
    "boolean": "true|false|True|False|TRUE|FALSE",
    "date": DATE,
    "datetime": DATETIME,
}
_EXISTS = {
    "number": "coalesce(isfinite(TRY_CAST({0} AS DOUBLE)), false)",
    "date": "NOT starts_with({0}, '0000-') AND TRY_CAST({0} AS DATE) IS NOT NULL",
    "datetime": "NOT starts_with({0}, '0000-') AND TRY_CAST({0} AS TIMESTAMP) IS NOT NULL",
}


def infer_types(stage: Stage, layout: Layout, columns: Iterable[int]) -> dict[int, str]:
    """Find the types of some columns: what one word leaves possible is proved on all."""
    texts = {column: present(layout, column) for column in columns}
    words = stage.figures([f"any_value({text})" for text in texts.values()])
    asked = [
        (column, kind)
        for column, word in zip(texts, words, strict=True)
        for kind, pattern in _PATTERNS.items()
        if word is not None and re.fullmatch(pattern, word)
    ]
    answers = stage.figures([_proof(kind, texts[column]) for column, kind in asked])
    held = [question for question, answer in zip(asked, answers, strict=True) if answer]
    narrowest = dict(reversed(held))
    return {column: narrowest.get(column, "string") for column in texts}


def _proof(kind: str, text: str) -> str:
    """Write the SQL that says whether every value fits a type, which is more than its looks."""
    fits = f"regexp_full_match({text}, {literal(_PATTERNS[kind])})"
    if kind in _EXISTS:
        fits += f" AND {_EXISTS[kind].format(text)}"
    every = f"bool_and({fits}) FILTER ({text} IS NOT NULL)"
    # A column of both instants and local times has no one meaning.
    return f"{every} AND count(DISTINCT regexp_matches({text}, {literal(ZONE)})) = 1" if kind == "datetime" else every
