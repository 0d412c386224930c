"""Shapes of answers that several faces share: JSON, stored files, conditional bytes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from flask import Response, request, send_file

from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.web.context import services

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response as WerkzeugResponse

    from app.catalog.record import StoredFile

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_answer(value: Any, status: int = 200, **headers: str) -> Response:
    """Answer JSON made of records; text is UTF-8, decimals are numbers in full."""
    answer = Response(_ENCODER.encode(value), status, content_type="application/json; charset=utf-8")
    answer.headers.update(headers)
    return answer


def conditional(body: bytes, content_type: str, etag: str, modified: datetime) -> Response:
    """Answer bytes with a strong ETag, or 304 where the reader has them."""
    answer = Response(body, content_type=content_type)
    answer.set_etag(etag)
    answer.last_modified = modified
    answer.make_conditional(request)
    return answer


def stored_file(file: StoredFile, modified: datetime) -> WerkzeugResponse:
    """Answer a file of the store: whole, a range of it, or 304.

    ETag is the bytes' SHA-256, `Repr-Digest` the same (RFC 9530). A stranger's file is never shown as a page
    of ours: it is an attachment, its type is not guessed, and it may run nothing.
    """
    answer: WerkzeugResponse = send_file(
        services().store.path(file.sha256),
        mimetype=file.media_type,
        etag=file.sha256,
        last_modified=modified,
        conditional=True,
        max_age=60,
    )
    if file.media_type == "text/csv":
        answer.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    answer.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """Read a whole number from the query. Raises `BadRequest` naming the parameter and its bounds."""
    raw = request.args.get(name)
    if raw is None or raw == "":
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(high)) and low <= int(raw) <= high):
        raise BadRequest(
            Text(
                f"{name} は {low}〜{high} の整数で指定してください。",
                f"`{name}` is a whole number from {low} to {high}.",
            )
        )
    return int(raw)
