"""The `next` of an answer: where the following page begins, as text that only the engine that made it reads."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

from app.kernel.errors import BadRequest
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.search.engine import Sort

_VERSION = b"2"
_LETTERS = 3  # of the name of an order, which tell it from the others
_LONGEST = 4000
_DAMAGED = Text(
    ja="続きの位置(after)が正しくありません。最初のページからやり直してください。",
    en="“after” is not a place in these results; start again from the first page.",
)


def token_of(sort: Sort, key: bytes) -> str:
    """Write a place in an order down."""
    content = _VERSION + sort.value[:_LETTERS].encode() + key
    check = zlib.crc32(content).to_bytes(4, "big")
    return base64.urlsafe_b64encode(check + content).decode().rstrip("=")


def key_of(sort: Sort, token: str) -> bytes:
    """Read a place in this order. Raises `BadRequest` where it is damaged, from another order or another version."""
    if len(token) > _LONGEST:
        raise BadRequest(_DAMAGED)
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadRequest(_DAMAGED) from error
    check, content = raw[:4], raw[4:]
    start = _VERSION + sort.value[:_LETTERS].encode()
    if zlib.crc32(content).to_bytes(4, "big") != check or not content.startswith(start):
        raise BadRequest(_DAMAGED)
    return content[len(start) :]


def place_of(token: str, sort: Sort) -> int:
    """Read the number of results that stand before a page in an order that has no keys."""
    key = key_of(sort, token)
    if not key.isdigit() or len(key) > len(str(2**62)):
        raise BadRequest(_DAMAGED)
    return int(key)
