"""Excerpts as HTML that is safe to show: `<mark>` around what was asked for, everything else escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import escape

if TYPE_CHECKING:
    from app.search.excerpt import Excerpt

_SPECIAL = re.compile("[&<>\"']")


def html(shown: Excerpt) -> str:
    """Write an excerpt."""
    text, spans = shown
    if _SPECIAL.search(text):
        return _escaped(shown)
    for first, last in reversed(spans):
        text = f"{text[:first]}<mark>{text[first:last]}</mark>{text[last:]}"
    return text


def _escaped(shown: Excerpt) -> str:
    written, done = "", 0
    for first, last in shown.spans:
        written += f"{escape(shown.text[done:first])}<mark>{escape(shown.text[first:last])}</mark>"
        done = last
    return f"{written}{escape(shown.text[done:])}"
