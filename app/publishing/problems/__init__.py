"""The codes of problems in data, each with its sentence and its advice in Japanese and English.

Codes for tables are those of the Frictionless data quality specification where it has one.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.report import Problem
from app.kernel.text import Text
from app.publishing.problems.archive import ARCHIVE
from app.publishing.problems.descriptor import DESCRIPTOR
from app.publishing.problems.message import Message
from app.publishing.problems.other_formats import OTHER_FORMATS
from app.publishing.problems.personal import PERSONAL
from app.publishing.problems.repairs import REPAIRS
from app.publishing.problems.structure import STRUCTURE
from app.publishing.problems.submission import SUBMISSION
from app.publishing.problems.table import TABLE

__all__ = [
    "ARCHIVE",
    "DESCRIPTOR",
    "MESSAGES",
    "OTHER_FORMATS",
    "PERSONAL",
    "REPAIRS",
    "STRUCTURE",
    "SUBMISSION",
    "TABLE",
    "Message",
    "problem",
]

SHOWN_VALUE = 200
MESSAGES: Mapping[str, Message] = (
    ARCHIVE | DESCRIPTOR | TABLE | STRUCTURE | REPAIRS | PERSONAL | OTHER_FORMATS | SUBMISSION
)


def problem(
    code: str,
    *,
    file: str | None = None,
    resource: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: object = None,
    **details: object,
) -> Problem:
    """Make a problem of a code in the tables above. Raises `KeyError` for a code that is in none."""
    message = MESSAGES[code]
    shown = None if value is None else _visible(str(value))
    filled = {key: _visible(str(detail)) for key, detail in details.items()}
    filled |= {"file": _visible(file or ""), "column": _visible(column or ""), "value": shown or "", "row": str(row)}
    return Problem(
        code,
        Text(message.message.ja.format_map(filled), message.message.en.format_map(filled)),
        Text(message.advice.ja.format_map(filled), message.advice.en.format_map(filled)),
        message.severity,
        file=filled["file"] or None,
        resource=resource,
        row=row,
        column=filled["column"] or None,
        value=shown,
    )


def _visible(words: str) -> str:
    """Cut and escape what a stranger wrote, so that a report stays one readable line."""
    cut = words if len(words) <= SHOWN_VALUE else words[:SHOWN_VALUE] + "…"
    return "".join(letter if letter.isprintable() or letter == "\u3000" else f"\\u{ord(letter):04x}" for letter in cut)
