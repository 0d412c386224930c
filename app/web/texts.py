"""Cleans what people and programs typed, before anything of ours reads it.

PostgreSQL takes no NUL, no database takes half a surrogate pair, and other control characters only serve to
make one text look like another.
"""

from __future__ import annotations

import re

from flask import request

_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_PROSE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(words: str) -> str:
    """Drop what a line of text cannot hold: control characters and lone surrogates; and space around it."""
    return _NOT_IN_A_LINE.sub("", words).strip()


def clean_prose(words: str) -> str:
    """Clean a longer text, which may have lines and tabs."""
    return _NOT_IN_PROSE.sub("", words).strip()


def field(name: str) -> str:
    """Read a line of the form, cleaned; empty where it was not sent."""
    return clean(request.form.get(name, ""))
