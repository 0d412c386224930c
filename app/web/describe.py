"""One route for each metadata format, for versions and tables too: a format that is registered is served."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec
from flask import Blueprint, Response, render_template

from app.catalog import addresses
from app.catalog.usage import Use
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.registry import FORMATS
from app.web.access import EVERYBODY, rule
from app.web.context import actor, language, services
from app.web.errors import wants_page
from app.web.files import data
from app.web.headers import LINKSET, description_signposts, link_header, linkset
from app.web.respond import Ready, conditional, keep_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.blueprints import BlueprintSetupState
    from flask.typing import ResponseReturnValue

    from app.catalog.record import DatasetRecord
    from app.metadata.format import Format

NEGOTIATED = ("Accept", "Accept-Language", "Accept-Profile", "Cookie")
DATASET = "/dataset/<slug:slug>"
VERSION = f"{DATASET}/v/<int:number>"


def describe_blueprint() -> Blueprint:
    """Make the routes of all formats."""
    blueprint = Blueprint("describe", __name__)

    def add(endpoint: str, view: Callable[..., ResponseReturnValue], *suffixes: str) -> None:
        for suffix in suffixes:
            for start in (DATASET, VERSION):
                blueprint.add_url_rule(start + suffix, endpoint=endpoint, view_func=view, methods=["GET"])

    for each in FORMATS:
        add(each.name, _view(each), each.suffix, *each.aliases)
        if each.render_table:
            add(f"{each.name}-table", _table_view(each), f"/data/<path:file>{each.table_suffix}")
    add("linkset", _linkset, "/linkset", "/linkset.json")
    add("unknown", _unknown, ".<extension>", "/<stem>.<extension>")
    blueprint.record_once(_install_ready)
    return blueprint


def described(record: DatasetRecord, shown: Format, *, negotiated: bool = False) -> Response:
    """Answer a record in a format; `negotiated` where its address does not tell which."""
    site = services().site
    found = services().descriptions.render(record, shown.name)
    links = link_header(description_signposts(record, site, shown, services().descriptions.offered(record)))
    answer = conditional(found.body, _typed(found.media_type), found.etag, found.modified, Link=links)
    if negotiated:
        answer.headers["Content-Location"] = addresses.dataset(record.path) + shown.suffix
        answer.vary.update(NEGOTIATED)
    return keep_ready(answer)


def not_acceptable(record: DatasetRecord) -> Response:
    """Answer 406 with every representation that there is (RFC 9110, 15.5.7)."""
    answer = _listing(
        record,
        406,
        "not-acceptable",
        Text("この種類の表現はありません。", "There is no such representation."),
    )
    answer.vary.update(NEGOTIATED)
    return answer


def _view(shown: Format) -> Callable[..., Response]:
    @rule(EVERYBODY)
    def view(slug: str, number: int | None = None) -> Response:
        return described(services().catalog.get(actor(), slug, number), shown)

    return view


def _table_view(shown: Format) -> Callable[..., ResponseReturnValue]:
    @rule(EVERYBODY)
    def view(slug: str, file: str, number: int | None = None) -> ResponseReturnValue:
        record = services().catalog.get(actor(), slug, number)
        # A file may itself be called like the description of another one.
        named = {each.file.name: each for each in record.resources}
        if file + shown.table_suffix in named:
            return data(slug, file + shown.table_suffix, number)
        if file not in named:
            raise NotFound(Text("このファイルは見つかりません。", "There is no such file."))
        found = services().descriptions.render(record, shown.name, table=named[file].name)
        return keep_ready(conditional(found.body, _typed(found.media_type), found.etag, found.modified))

    return view


@rule(EVERYBODY)
def _linkset(slug: str, number: int | None = None) -> Response:
    """All typed links of a dataset (RFC 9264)."""
    record = services().catalog.get(actor(), slug, number)
    links = linkset(record, services().site, services().descriptions.offered(record))
    body = msgspec.json.encode(links)
    return keep_ready(conditional(body, LINKSET, hashlib.sha256(body).hexdigest(), record.modified))


@rule(EVERYBODY)
def _unknown(slug: str, extension: str, stem: str = "", number: int | None = None) -> Response:
    """Tell which descriptions there are where somebody asks for one that is not."""
    record = services().catalog.get(actor(), slug, number)
    asked = f"{stem}.{extension}"
    message = Text(f"「{asked}」という形式はありません。", f"There is no format “{asked}”.")
    return _listing(record, 404, "not-found", message)


def _listing(record: DatasetRecord, status: int, code: str, message: Text) -> Response:
    page = addresses.dataset(record.path)
    offered = services().descriptions.offered(record)
    there = ", ".join(page + each.suffix for each in offered)
    told = Text(f"{message.ja}次のものがあります：{there}", f"{message.en} There are: {there}")
    if wants_page():
        answer = Response(
            render_template("error.html", status=status, code=code, message=told, error=None, reference=None),
            status,
            mimetype="text/html",
        )
    else:
        problem = {
            "type": f"/problems/{code}",
            "title": code.replace("-", " ").capitalize(),
            "status": status,
            "code": code,
            "detail": told.get(language()),
            "messages": {"ja": told.ja, "en": told.en},
            "formats": [
                {"name": "html", "media_type": "text/html", "address": page},
                *(
                    {"name": each.name, "media_type": each.media_type, "address": page + each.suffix}
                    for each in offered
                ),
            ],
        }
        answer = Response(msgspec.json.encode(problem), status, content_type="application/problem+json")
    answer.vary.update(NEGOTIATED)
    return answer


def _typed(media_type: str) -> str:
    """Text says its encoding, where the format did not."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") and ";" not in media_type else media_type


def _install_ready(state: BlueprintSetupState) -> None:
    from app.wiring import EXTENSION

    app = cast("Flask", state.app)
    parts = app.extensions[EXTENSION]
    seen = partial(parts.usage.count, use=Use.VIEW)
    app.wsgi_app = Ready(app.wsgi_app, parts.database.state, seen=seen)  # type: ignore[method-assign, assignment]
