"""What an operation may be answered with: every status code that its route knows."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from werkzeug.routing import Rule

from app.web.access import Rule as AccessRule
from app.web.interface import Content, Interface
from app.web.openapi.media_types import HTML, media_types
from app.web.openapi.schemas import PLACE, Schemas
from app.web.openapi.words import STATUSES

Json = dict[str, Any]

PROBLEM = "application/problem+json"
API = "/api/"
# What a bad token is told everywhere, who asks too much, and when something is down.
ALWAYS = (401, 429)
REDIRECT = 303
_MORE: Mapping[str, tuple[int, ...]] = {
    "pages.dataset": (406, 410),
    "catalog.catalog": (303, 400, 404, 406),
    "catalog.catalog_page": (404,),
    "catalog.generated": (206, 404, 416),
    "catalog.sitemap_part": (206, 416),
    "files.data": (206, 416),
    "files.original": (206, 416),
    "files.receipt": (206, 416),
    "sparql.endpoint": (400, 403, 406, 408, 413),
}
_KEPT = frozenset(
    {"api.get_dataset", "api.resource_interface", "api.resource_versions", "api.rows", "api.rows_as"}
    | {"api.changes", "api.changes_file", "api.change_days", "api.changes_of_day"}
)


def components() -> Json:
    """Describe the answers that many operations share."""
    problem = {"schema": {"$ref": PLACE + "ProblemDetails"}}
    named: Json = {}
    for status, words in STATUSES.items():
        headers = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}} if status in {"429", "5XX"} else {}
        named[f"Problem{status}"] = {"description": words, "content": {PROBLEM: problem}, "headers": headers}
        named[f"Page{status}"] = {
            "description": words,
            "content": {PROBLEM: problem, HTML: {"schema": {"type": "string"}}},
            "headers": headers,
        }
    return named


HEADERS: Json = {
    "RateLimit": {
        "description": 'What is left of your budget, and seconds until all of it is back: `"anonymous";r=5999;t=1`.',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "Your budget `q` in points for each `w` seconds. A page or a search is one point.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}},
    "ETag": {"description": "What is answered, named (RFC 9110, 8.8.3).", "schema": {"type": "string"}},
}
_FIGURES = {name: {"$ref": f"#/components/headers/{name}"} for name in ("RateLimit", "RateLimit-Policy")}


def responses(
    rule: Rule, path: str, method: str, *, access: AccessRule, interface: Interface, schemas: Schemas
) -> Json:
    """Describe all answers of an operation, by status."""
    answered = {
        str(status): _content(STATUSES_OF_SUCCESS.get(status, "What was asked for."), content, schemas)
        for status, content in (interface.answers or {200: Content(media_types(rule.endpoint, path))}).items()
    }
    if _is_kept(rule.endpoint, method):
        answered["304"] = {"description": "The reader has it already (RFC 9110, 15.4.5).", "headers": _FIGURES}
    for status in _statuses(rule, path, method, access=access, interface=interface):
        if status == REDIRECT:
            answered["303"] = {"description": "It is at `Location`."}
        elif status == HTTPStatus.PARTIAL_CONTENT:
            answered[str(status)] = {**answered["200"], "description": "The part that was asked for."}
        else:
            answered[str(status)] = _problem(str(status), path)
    answered["5XX"] = _problem("5XX", path)
    return dict(sorted(answered.items()))


STATUSES_OF_SUCCESS: Mapping[int, str] = {
    201: "Published.",
    202: "Taken; where it stands is at `Location`.",
}


def _content(words: str, content: Content, schemas: Schemas) -> Json:
    schema = schemas.of_answer(content.schema)
    return {
        "description": words,
        "headers": _FIGURES,
        "content": {
            **{kind: ({"schema": schema} if schema else {}) for kind in content.media_types},
            **{kind: {} for kind in content.files},
        },
    }


def _is_kept(endpoint: str, method: str) -> bool:
    return method == "GET" and (not endpoint.startswith("api.") or endpoint in _KEPT)


def _problem(status: str, path: str) -> Json:
    return {"$ref": f"#/components/responses/{'Problem' if path.startswith(API) else 'Page'}{status}"}


def _statuses(rule: Rule, path: str, method: str, *, access: AccessRule, interface: Interface) -> list[int]:
    found = {*ALWAYS, *(each for each in interface.problems if each < HTTPStatus.INTERNAL_SERVER_ERROR)}
    found |= {*_MORE.get(rule.endpoint, ())}
    if interface.query is not None or interface.bodies:
        found.add(400)
    if access.action is not None or method != "GET":
        found.add(403)
    if "{" in path:
        found.add(404)
        if "/dataset/" in path or "/datasets/" in path or "/resources/" in path:
            found.add(410)
    if interface.bodies:
        found |= {413}
    return sorted(found)
