"""The `next` of an answer: where the following page begins, in a form that only this portal reads.

It holds the sort values of the last row, so that a page a thousand pages on costs what the first does. Where these
are too long for an address it holds the number of rows before instead. The order is NULLs last; NaN is greater than
every number.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.kernel.text import Text
from app.query.bound import Place
from app.query.refusals import refusal_of
from app.query.storage import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.kernel.errors import BadRequest
    from app.query.bound import Bound
    from app.query.frame import Frame
    from app.query.question import Question

_FORMAT = 1
_LONGEST = 4000
_LONGEST_KEYS = 2000
_MOST_ROWS = 2**62


def fingerprint(question: Question) -> str:
    """Name a question in its normal form, whatever page of it is asked for and however long pages are."""
    asked = question.canonical()
    for paging in ("after", "limit"):
        asked.pop(paging, None)
    text = json.dumps(asked, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def cursor_after(bound: Bound, frame: Frame, keys: Sequence[Any], *, rows: int | None = None) -> str:
    """Write the cursor behind a page: `keys` are those of its last row, `rows` how many it had if not its limit."""
    before = bound.place.skipped if bound.place else 0
    count = bound.question.limit if rows is None else rows
    return token_of(bound.question, frame.id, Place(before + count, tuple(keys)))


def token_of(question: Question, version: str, place: Place) -> str:
    """Write a place in the answer to a question, which is in its normal form, over a version of a table."""
    keys = None if place.keys is None else [_written(key) for key in place.keys]
    if keys is not None and len(json.dumps(keys)) > _LONGEST_KEYS:
        keys = None
    content = [_FORMAT, fingerprint(question), version[:16], place.skipped, keys]
    raw = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def place_of(question: Question, version: str, token: str, kinds: Sequence[Kind]) -> Place:
    """Read a place; `kinds` are those of the keys. Raises `BadRequest`, which says whether it is another question's."""
    content = _content(token)
    _, asked, of_version, skipped, keys = content
    if asked != fingerprint(question):
        raise _refused(
            "cursor-of-another-question",
            Text("after は別の問い合わせの続きです。", "“after” goes on from another question."),
            Text(
                "条件・列・並び順を変えたら、after を付けずに最初のページから取り直してください。",
                "After a change of conditions, columns or order, start from the first page, without “after”.",
            ),
        )
    if of_version != version[:16]:
        raise _refused(
            "cursor-of-another-version",
            Text("after は別の版の表の続きです。", "“after” goes on in another version of the table."),
            Text(
                "表が更新されています。最初のページから取り直すか、元の版を version で指定してください。",
                "The table has changed. Start from the first page, or name the version you began with (`version`).",
            ),
        )
    return Place(skipped, None if keys is None else _keys(keys, kinds))


def _content(token: str) -> list[Any]:
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        content = json.loads(raw[: _LONGEST + 1].decode())
    except (UnicodeError, binascii.Error, ValueError, RecursionError):
        raise _damaged() from None
    match content:
        case [int(form), str(), str(), int(skipped), None | list()] if (
            form == _FORMAT and not isinstance(skipped, bool) and 0 < skipped < _MOST_ROWS
        ):
            return list(content)
    raise _damaged()


def _keys(keys: list[Any], kinds: Sequence[Kind]) -> tuple[Any, ...]:
    if len(keys) != len(kinds) or not all(isinstance(key, str | None) for key in keys):
        raise _damaged()
    try:
        return tuple(None if key is None else _READ[kind](key) for key, kind in zip(keys, kinds, strict=True))
    except (ValueError, ArithmeticError):
        raise _damaged() from None


def _written(key: Any) -> str | None:
    if key is None or isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "1" if key else ""
    if isinstance(key, datetime) and key.tzinfo:
        return key.astimezone(UTC).isoformat()
    if isinstance(key, date | time | datetime):
        return key.isoformat()
    if isinstance(key, Decimal):
        return format(key, "f")
    return repr(key)


def _integer(text: str) -> int:
    value = int(text) if len(text) <= len(str(10**38)) + 1 else 10**40
    if abs(value) >= 10**39:
        raise ValueError
    # A number from a cursor must fit into the engine's 128 bits.
    return value if abs(value) < 2**127 else (2**127 - 1 if value > 0 else 1 - 2**127)


def _double(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) or text in {"nan", "inf", "-inf"} else _no_number()


def _no_number() -> float:
    raise ValueError


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _text(text: str) -> str:
    text.encode()
    return text


_READ: Mapping[Kind, Callable[[str], Any]] = MappingProxyType(
    {
        Kind.INTEGER: _integer,
        Kind.DOUBLE: _double,
        Kind.BOOLEAN: bool,
        Kind.DATE: date.fromisoformat,
        Kind.TIME: time.fromisoformat,
        Kind.LOCAL: _local,
        Kind.INSTANT: _instant,
        Kind.TEXT: _text,
    }
)


def _damaged() -> BadRequest:
    return _refused(
        "cursor-damaged",
        Text("after が正しくありません。", "“after” is no place in these rows."),
        Text(
            "前の答えの next をそのまま使うか、最初のページからやり直してください。",
            "Use the `next` of the answer before as it is, or start again from the first page.",
        ),
    )


def _refused(code: str, message: Text, advice: Text) -> BadRequest:
    return refusal_of(code, message, advice, place="after")
