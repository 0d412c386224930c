"""`/developers`: the API for people who write programs, rendered from the OpenAPI document, with examples that run."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Response, current_app, render_template

from app.kernel.actor import ANONYMOUS
from app.kernel.text import Text
from app.web import openapi
from app.web.access import EVERYBODY, rule
from app.web.context import services
from app.web.pages import blueprint
from app.web.respond import conditional, keep_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

PLACE = "#/components/"
# The order of the page; what is not named here comes after.
GROUPS: Mapping[str, Text] = {
    "api": Text("データを探す・使う・登録する", "Finding, using and adding data"),
    "catalog": Text("カタログ全体", "The whole catalogue"),
    "files": Text("ファイル", "Files"),
    "describe": Text("データセットの説明（メタデータ）", "Descriptions of datasets"),
    "pages": Text("ページ", "Pages"),
    "feeds": Text("更新のフィード", "Feeds"),
    "sparql": Text("SPARQL", "SPARQL"),
    "ns": Text("語彙", "Vocabularies"),
    "discovery": Text("プログラムへの案内", "Where programs look first"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """Something to try in a terminal."""

    title: Text
    command: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, its shared parts looked up. `anchor` is what stands behind `#`."""

    anchor: str
    method: str
    path: str
    summary: Text
    description: str
    guarded: bool
    parameters: tuple[Json, ...]
    bodies: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...]


@blueprint.get("/developers")
@rule(EVERYBODY)
def developers() -> Response:
    """Show every operation, and what to try first."""
    document = openapi.document(current_app, services().site)
    page = render_template(
        "developers.html", groups=_groups(document), titles=GROUPS, examples=tuple(_examples()), section="developers"
    ).encode()
    return keep_ready(conditional(page, "text/html; charset=utf-8", hashlib.sha256(page).hexdigest(), None))


def _groups(document: Json) -> Mapping[str, tuple[Operation, ...]]:
    groups: dict[str, list[Operation]] = {name: [] for name in GROUPS}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(document, path, method, operation))
    return {name: tuple(operations) for name, operations in groups.items() if operations}


def _operation(document: Json, path: str, method: str, operation: Json) -> Operation:
    answers = {status: _found(document, answer) for status, answer in operation["responses"].items()}
    kinds = (kind for status, each in answers.items() if status < "3" for kind in each.get("content", ()))
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=Text(operation.get("x-summary-ja", ""), operation["summary"]),
        description=operation.get("description", ""),
        guarded=operation["security"] == [{"token": []}],
        parameters=tuple(operation["parameters"]),
        bodies=tuple(operation.get("requestBody", {}).get("content", ())),
        answers=tuple((status, each["description"]) for status, each in answers.items()),
        kinds=tuple(dict.fromkeys(kinds)),
    )


def _found(document: Json, part: Json) -> Json:
    place = part.get("$ref", "")
    if not place.startswith(PLACE):
        return part
    kind, name = place.removeprefix(PLACE).split("/")
    found: Json = document["components"][kind][name]
    return found


def _examples() -> Iterator[Example]:
    """Write commands that answer something in this portal as it is."""
    yield Example(Text("検索する", "Search"), _curl("/api/v1/datasets?" + urlencode({"q": "人口", "limit": 3})))
    newest = services().catalog.list(ANONYMOUS, limit=20).items
    table = next(((record, each) for record in newest for each in record.resources if each.table), None)
    if table:
        record, resource = table
        rows = f"/api/v1/resources/{resource.id}"
        yield Example(Text("データセットを見る", "Read a dataset"), _curl(f"/api/v1/datasets/{record.slug}"))
        yield Example(Text("表の行を取り出す", "Get rows of a table"), _curl(f"{rows}/rows?limit=5"))
        yield Example(Text("その表だけの OpenAPI", "OpenAPI of that table alone"), _curl(f"{rows}/openapi.json"))
        name = quote(resource.file.name, safe="")
        yield Example(Text("ファイルを保存する", "Save its file"), _curl(f"/dataset/{record.slug}/data/{name}", "-O"))
    yield Example(Text("更新を知る", "See what changed"), _curl("/feed.json?limit=3"))
    yield Example(Text("API の説明", "The description of the API"), _curl("/openapi.json"))


def _curl(path: str, *options: str) -> str:
    return shlex.join(["curl", *options, services().site.absolute(path)])
