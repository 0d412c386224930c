"""Rows as JSON: numbers in full, days and times as ISO 8601, null for nothing and for what is no number (RFC 8259)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCODER = msgspec.json.Encoder(decimal_format="number")
# JSON allows these in strings, but many readers end a line at them.
_LINE_ENDS = {mark.encode(): f"\\u{ord(mark):04x}".encode() for mark in "\x85\u2028\u2029"}


def json_object(members: Mapping[str, Any]) -> bytes:
    """Write one object in one line, whatever reader says what a line is."""
    written = _ENCODER.encode(members)
    if not written.isascii():
        for mark, escaped in _LINE_ENDS.items():
            written = written.replace(mark, escaped)
    return written
