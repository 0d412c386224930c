"""Answers about rows over HTTP: JSON with meaning and citation, and files of whole answers."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

import msgspec
from flask import Response, request

from app.catalog import addresses
from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.query.answer import PageRows
from app.query.citing import Citation, cite
from app.query.formats.format import About
from app.query.meaning import caveats, meaning
from app.query.unwritable import unwritable
from app.query.written import parameters_of
from app.web.context import services, waiting
from app.web.fairness import spend_rows
from app.web.headers import HEADER_BYTES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from app.query.answer import Answer, RowStream
    from app.query.formats.format import RowFormat
    from app.query.question import Question
    from app.web.rows_request import RowsRequest

# Raise it when the same question is answered with other bytes than before.
VERSION = "1"
JSON = "application/json; charset=utf-8"
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def address(asked: RowsRequest, question: Question, *, pinned: bool, suffix: str = "") -> str:
    """Write the address of a question, of its version where `pinned`."""
    query: list[tuple[str, str]] = list(parameters_of(question, asked.frame.by_name))
    if pinned and asked.record.version:
        query.insert(0, ("version", str(asked.record.version.number)))
    if request.args.get("detail"):
        query.append(("detail", str(asked.options.detail)))
    path = f"/api/v1/resources/{asked.resource.id}/rows{suffix}"
    return services().site.absolute(path + ("?" + urlencode(query, quote_via=quote) if query else ""))


def rows_json(asked: RowsRequest) -> Response:
    """Answer a page of rows with what its columns mean and how to cite it."""
    if not asked.pinned and _is_known(etag := _etag(asked, "json")):
        return _dated(Response(status=304), asked, etag)
    answer = _page(asked)
    document = _document(asked, answer)
    if asked.options.signature:
        document = services().signing.sign(document)
    body = _ENCODER.encode(document)
    # The portal may say more of it one day: bytes that are named for good are asked.
    etag = hashlib.sha256(body).hexdigest()[:32] if asked.pinned else _etag(asked, "json")
    return _dated(Response(body, content_type=JSON), asked, etag)


def rows_file(asked: RowsRequest, form: RowFormat) -> Response:
    """Answer a file of the whole answer, or of a page where a limit is given or the format is read by pages."""
    etag = _etag(asked, form.name)
    if _is_known(etag):
        return _dated(Response(status=304), asked, etag)
    if form.paged:
        return _dated(_page_file(asked, form), asked, etag)
    limited = "limit" in asked.question.model_fields_set
    if request.method == "HEAD":
        # Nobody gets the file: the question is checked, and nothing is made.
        services().rows.stream(asked.frame, asked.question, limited=limited).close()
        response = _streamed(iter(()), form)
    else:
        response = _made_file(asked, form, limited=limited)
    name = f"{asked.record.slug}-{asked.resource.name}.{form.suffix}"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    link = f'<{address(asked, asked.question, pinned=True, suffix="." + form.suffix)}>; rel="cite-as"'
    if len(link) <= HEADER_BYTES:
        response.headers["Link"] = link
    return _dated(response, asked, etag)


def _streamed(pieces: Iterator[bytes], form: RowFormat) -> Response:
    response = Response(pieces, content_type=form.media_type)
    # Werkzeug would take all pieces into memory to say how many bytes there are (`make_conditional`).
    response.implicit_sequence_conversion = False
    return response


def _made_file(asked: RowsRequest, form: RowFormat, *, limited: bool) -> Response:
    spend_rows(asked.frame.rows)
    place = _Place()
    try:
        stream = services().rows.stream(asked.frame, asked.question, limited=limited)
        made = _pieces(stream, asked, form, place)
        pieces = _primed(made)
    except BaseException:
        place.leave()
        raise
    response = _streamed(pieces, form)
    # Also where the reader goes away in the middle.
    response.call_on_close(made.close)
    response.call_on_close(place.leave)
    return response


def _page(asked: RowsRequest) -> Answer:
    # At most so many are looked at; `explain` says it more exactly and costs more.
    spend_rows(asked.frame.rows)
    rows = services().rows
    return (rows.ask_for_good if asked.pinned else rows.ask)(asked.frame, asked.question)


def _page_file(asked: RowsRequest, form: RowFormat) -> Response:
    """Answer a page in a format that people and language models read."""
    answer = _page(asked)
    following = asked.question.model_copy(update={"after": answer.next})
    suffix = "." + form.suffix
    about = replace(
        _about(asked, form),
        rows=len(answer.rows),
        notes=answer.notes,
        next=address(asked, following, pinned=asked.pinned, suffix=suffix) if answer.next else "",
    )
    # Formats that are read by pages take batches of rows and nothing else.
    rows = cast("RowStream", PageRows(answer.columns, answer.rows))
    pieces = form.write(rows, about, services().settings.data_dir)
    return Response(b"".join(pieces), content_type=form.media_type)


class _Place:
    """One of the places for answers that take a while, so that threads are left for all others. Left once."""

    def __init__(self) -> None:
        self._places = waiting()
        self._taken = self._places.acquire(blocking=False)
        if not self._taken:
            raise Unavailable(
                Text(
                    "いま多くのファイルを作成しています。少し待ってからもう一度お試しください。",
                    "Many files are being made now. Try again in a little while.",
                )
            )

    def leave(self) -> None:
        """Let somebody else in."""
        if self._taken:
            self._taken = False
            self._places.release()


def _pieces(stream: RowStream, asked: RowsRequest, form: RowFormat, place: _Place) -> Generator[bytes]:
    folder = services().settings.data_dir / "work"
    folder.mkdir(parents=True, exist_ok=True)
    about = _about(asked, form)
    try:
        with closing(stream):
            yield from form.write(stream, about, folder)
    finally:
        place.leave()


def _primed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Have the first piece made now, so that what cannot be answered is an error and no broken file."""
    first = next(pieces, b"")
    return chain((first,), pieces)


def _about(asked: RowsRequest, form: RowFormat) -> About:
    cited = _cited(asked, asked.question, rows=0, suffix="." + form.suffix)
    # A limit is one too where it is the usual one.
    is_whole = asked.question == type(asked.question)() and "limit" not in asked.question.model_fields_set
    return About(
        title=asked.resource.title or asked.record.title,
        version=str(cited.version),
        license_name=cited.license.title.get("en") or cited.license.name,
        license_url=cited.license.url,
        attribution=cited.attribution,
        permalink=cited.permalink,
        retrieved=cited.retrieved,
        latitude=asked.frame.latitude,
        longitude=asked.frame.longitude,
        rows=asked.frame.rows if is_whole else None,
    )


def _document(asked: RowsRequest, answer: Answer) -> dict[str, Any]:
    record, resource, site = asked.record, asked.resource, services().site
    detail = asked.options.detail
    names = [column.name for column in answer.columns]
    following = asked.question.model_copy(update={"after": answer.next})
    used = {column.column.name for column in answer.columns if column.column}
    return {
        "dataset": {
            "id": record.id,
            "slug": record.slug,
            "url": site.absolute(addresses.dataset(record.slug)),
            "title": record.title,
            "version": record.version,
            "license": record.license,
            "publisher": record.publisher.title,
        },
        "resource": {"id": resource.id, "name": resource.name, "title": resource.title},
        "columns": [meaning(column, resource, detail) for column in answer.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in answer.rows],
        "total": answer.total,
        "exact": answer.exact,
        "truncated": answer.truncated,
        "next": answer.next or None,
        "next_url": address(asked, following, pinned=asked.pinned) if answer.next else None,
        "notes": (*answer.notes, *unwritable(answer)),
        **caveats(record, resource, used, detail),
        "question": asked.question.canonical(),
        "citation": _cited(asked, asked.question, rows=len(answer.rows)),
    }


def _cited(asked: RowsRequest, question: Question, *, rows: int, suffix: str = "") -> Citation:
    return cite(
        asked.record,
        asked.resource,
        services().site,
        question=question.canonical(),
        rows=rows,
        permalink=address(asked, question, pinned=True, suffix=suffix),
        retrieved=None if asked.pinned else services().clock(),
    )


def _etag(asked: RowsRequest, form: str) -> str:
    record = asked.record
    # What an answer says of its dataset that is none of a version's.
    now = repr((record.slug, record.publisher.title, record.license))
    said = (VERSION, form, asked.frame.id, str(record.revision if not asked.pinned else ""), now, request.full_path)
    body = request.get_data() if request.method == "POST" else b""
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace") + body).hexdigest()[:32]


def _is_known(etag: str) -> bool:
    """Say whether the reader has the answer already, before anything is done for it."""
    return request.method != "POST" and request.if_none_match.contains_weak(etag)


def _dated(response: Response, asked: RowsRequest, etag: str) -> Response:
    """Set what says how long an answer is true: for ever where its version is named."""
    response.set_etag(etag, weak=not asked.pinned)
    response.vary.add("Accept")
    if asked.pinned and asked.record.version:
        response.last_modified = asked.record.version.published
    if request.method in {"GET", "HEAD"}:
        response.make_conditional(request)
    return response
