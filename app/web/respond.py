"""Shapes of answers that several faces share: JSON, stored files, conditional bytes, answers kept ready."""

from __future__ import annotations

import base64
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from flask import Response, request, send_file

from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.web.context import services
from app.web.counting import SEEN, is_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from werkzeug.wrappers import Response as WerkzeugResponse

    from app.catalog.record import StoredFile

READY = "kakehashi.ready"
READY_ROOM = 32 * 1024 * 1024
# What the objects of one kept answer take beside its bytes.
OVERHEAD = 2048
LONGEST_KEY = 1000
# A request with one of these is somebody's own, or asks for more than the whole answer.
_PARTICULAR = (
    *("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_RANGE", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE"),
    *("HTTP_IF_UNMODIFIED_SINCE", "HTTP_TRANSFER_ENCODING"),
)
# What the kept answers may vary by; all of them name it in `Vary`.
_VARIES = ("PATH_INFO", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_PROFILE")
_OF_A_BODY = frozenset({"content-type", "content-length"})

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def json_answer(value: Any, status: int = 200, **headers: str) -> Response:
    """Answer JSON made of records; text is UTF-8, decimals are numbers in full."""
    answer = Response(_ENCODER.encode(value), status, content_type="application/json; charset=utf-8")
    answer.headers.update(headers)
    return answer


def conditional(body: bytes, content_type: str, etag: str, modified: datetime | None, **headers: str) -> Response:
    """Answer bytes with a strong ETag, or 304 where the reader has them."""
    answer = Response(body, content_type=content_type)
    answer.set_etag(etag)
    if modified is not None:
        answer.last_modified = modified
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    answer.make_conditional(request)
    return answer


def keep_ready(answer: Response) -> Response:
    """Let `Ready` give this answer to everybody who is nobody in particular until anything in the database changes.

    Only for what depends on nothing but the database, the settings and what `_VARIES` lists.
    """
    if answer.status_code == HTTPStatus.OK:
        request.environ[READY] = answer
    return answer


def stored_file(file: StoredFile, modified: datetime, *, links: str = "") -> WerkzeugResponse:
    """Answer a file of the store: whole, a range of it, or 304; `links` is its `Link` header.

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
    if links:
        answer.headers["Link"] = links
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


@dataclass(frozen=True, slots=True)
class _Kept:
    """A whole answer, and the state of the database that it is true for."""

    state: object
    headers: list[tuple[str, str]]
    etag: str
    body: bytes
    seen: str = ""

    def room(self, key: tuple[str, ...]) -> int:
        """About how many bytes it takes: whoever sends ever new headers has each answer kept for each of them."""
        names = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.body) + names + sum(map(len, key)) + OVERHEAD


class Ready:
    """Gives the answers that views kept ready, before the application is asked: WSGI middleware.

    Who nobody in particular is gets what the policy gave nobody in particular before, as long as `state` says that
    nothing was committed since, by any process: a withdrawal holds from the very next request. Everybody else, and
    every other request, goes to the application. `room` bounds what is kept, in bytes. `seen` is told the id of the
    dataset whose page somebody got from here.
    """

    def __init__(
        self,
        application: WSGIApplication,
        state: Callable[[], object],
        *,
        room: int = READY_ROOM,
        seen: Callable[[str], object] = lambda _dataset_id: None,
    ) -> None:
        self._application = application
        self._state = state
        self._seen = seen
        self._room = room
        self._used = 0
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, else ask the application."""
        key = _key(environ)
        if key is None:
            return self._application(environ, start)
        state = self._state()
        kept = self._recall(key)
        if kept is None or kept.state != state:
            return self._ask(key, state, environ, start)
        known = environ.get("HTTP_IF_NONE_MATCH")
        if kept.seen and known in {None, kept.etag} and is_reader(environ):
            self._seen(kept.seen)
        if known is None:
            start("200 OK", kept.headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]
        if known != kept.etag:
            return self._application(environ, start)
        start("304 NOT MODIFIED", [each for each in kept.headers if each[0].lower() not in _OF_A_BODY])
        return []

    def _ask(
        self, key: tuple[str, ...], state: object, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            # The server says the time of each answer.
            begun.append((status, [each for each in headers if each[0].lower() != "date"]))
            return start(status, headers, exc_info)

        answer = self._application(environ, started)
        response, seen = environ.pop(READY, None), environ.pop(SEEN, "")
        # What was sent in the end is looked at, not what the view meant: an error may have taken its place.
        if response is not None and begun and _for_everybody(*begun[-1]):
            self._keep(key, _Kept(state, begun[-1][1], response.headers["ETag"], response.get_data(), seen))
        return answer

    def _recall(self, key: tuple[str, ...]) -> _Kept | None:
        with self._lock:
            if kept := self._kept.get(key):
                self._kept.move_to_end(key)
            return kept

    def _keep(self, key: tuple[str, ...], kept: _Kept) -> None:
        with self._lock:
            if before := self._kept.pop(key, None):
                self._used -= before.room(key)
            self._kept[key] = kept
            self._used += kept.room(key)
            while self._used > self._room:
                oldest, dropped = self._kept.popitem(last=False)
                self._used -= dropped.room(oldest)


def _key(environ: WSGIEnvironment) -> tuple[str, ...] | None:
    """Name what is asked for, where nobody in particular asks for a whole answer."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("QUERY_STRING"):
        return None
    if any(name in environ for name in _PARTICULAR):
        return None
    key = tuple(environ.get(name, "") for name in _VARIES)
    return key if sum(map(len, key)) <= LONGEST_KEY else None


def _for_everybody(status: str, headers: list[tuple[str, str]]) -> bool:
    """Look again at what is about to be kept: whatever is no success, is private or sets a cookie is not."""
    sent = {name.lower(): value for name, value in headers}
    public = sent.get("cache-control", "").startswith("public")
    return status.startswith("200 ") and public and "set-cookie" not in sent
