"""The description of every HTTP route as OpenAPI 3.1 (spec.openapis.org/oas/v3.1), made from the routes themselves.

Addresses and their parts come from the routes, words from the views' docstrings, who may call from their rules, shapes
from the records. Only what no route says is written here: query parameters, bodies, and what is no interface.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

import msgspec
from werkzeug.routing import AnyConverter, IntegerConverter, PathConverter, UUIDConverter

from app.catalog.record import DatasetRecord
from app.kernel.report import Report
from app.metadata.as_json import FIELDS
from app.metadata.catalog_documents import NAMES
from app.metadata.catalog_graph import CATALOG
from app.metadata.dumps import MEDIA_TYPES, XML
from app.metadata.feeds import ATOM, JSON_FEED
from app.metadata.linksets import API_CATALOG, OPENAPI
from app.metadata.registry import FORMATS
from app.search.demand.searched import KEPT_DAYS
from app.search.engine import Facet, Sort
from app.search.service import MAX_SUGGESTIONS, SuggestionKind
from app.sparql.formats import SOLUTIONS, TRIPLES
from app.web.access import rule_of
from app.web.demand_request import PERIOD
from app.web.search_request import MAX_FACET_VALUES, MAX_OFFSET, MAX_PAGE, PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flask import Flask
    from werkzeug.routing import Rule

    from app.catalog.addresses import Site
    from app.metadata.format import Format

Json = dict[str, Any]

VERSION = "3.1.0"
# Routes that are no interface for programs, by endpoint or blueprint, with the reason.
LEFT_OUT = {
    "pages": "pages for people, in HTML; what they show is under /api/v1 and in the descriptions",
    "static": "styles and scripts of the pages",
    "describe.unknown": "tells what there is where somebody asks for a format that is not",
}
# Of the pages, these answer programs too.
_KEPT = frozenset({"pages.dataset", "pages.health", "pages.series_turtle"})
OPENSEARCH = "application/opensearchdescription+xml"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SCHEMAS = "#/components/schemas/"
_PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_NOT_A_NAME = re.compile(r"\W+")


def _query(name: str, schema: Json, words: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": words}


def _whole(low: int, high: int, default: int) -> Json:
    return {"type": "integer", "minimum": low, "maximum": high, "default": default}


_DAY: Json = {"type": "string", "format": "date"}
_WINDOW = (
    _query("offset", _whole(0, 10_000, 0), "How many to leave out at the beginning."),
    _query("limit", _whole(1, 100, 20), "How many to answer."),
)
_ASKED = (
    _query("q", {"type": "string"}, "Words, Japanese or English, in the query language that docs/api.md tells of."),
    *(
        _query(each.value, {"type": "array", "items": {"type": "string"}}, f"Only these, by {each.value}; repeatable.")
        for each in Facet
    ),
    _query("updated_from", _DAY, "Only data that changed on this day (UTC) or later."),
    _query("updated_to", _DAY, "Only data that changed on this day (UTC) or before."),
)
_SEARCH = (
    *_ASKED,
    _query("sort", {"type": "string", "enum": list(Sort)}, "The order."),
    _query("after", {"type": "string"}, "Where to go on, from the `next` of an answer to the same question."),
    _query("offset", _whole(0, MAX_OFFSET, 0), "How many to leave out at the beginning; `after` costs less."),
    _query("limit", _whole(0, MAX_PAGE, PAGE), "How many to answer; 0 for facets and the count only."),
    _query("facet_limit", _whole(0, MAX_FACET_VALUES, 100), "How many values of each facet to answer."),
)
_LANGUAGE = _query("lang", {"type": "string", "enum": ["ja", "en"]}, "The language to prefer.")
_OF_FEEDS = (*_WINDOW, _LANGUAGE)
_PAGES = (
    _query("page", _whole(1, 1_000_000, 1), "A page of 100 datasets, counted from 1."),
    _query("modified_since", {"type": "string"}, "Only what changed since this day or time (ISO 8601)."),
)
_PATCH = {
    "application/merge-patch+json": {
        "schema": {"type": "object", "description": "Fields of a dataset; `null` takes back what was said here."}
    }
}
_REVISION = {"type": "integer", "description": "The revision that was looked at; refused where there is a newer one."}
_MOVE = {"reason": {"type": "string"}, "revision": _REVISION}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the dataset as it was read (RFC 9110, 13.1.1).",
}
_SPARQL = _query("query", {"type": "string"}, "A query of SPARQL 1.1; without one the endpoint describes itself.")

QUERY: Mapping[str, tuple[Json, ...]] = {
    "api.list_datasets": _SEARCH,
    "api.suggest": (
        _query("q", {"type": "string"}, "What was typed so far; may end within a word, within a kana even."),
        _query("limit", _whole(1, MAX_SUGGESTIONS, 8), "How many to answer."),
    ),
    "api.demand": (
        _query("days", _whole(1, KEPT_DAYS, PERIOD), "How many days back, today included."),
        _query("organization", {"type": "string"}, "Only what is near to this organization, by its slug."),
    ),
    "api.rows": (_query("limit", {"type": "integer", "minimum": 1}, "How many rows to answer."),),
    "catalog.catalog": _PAGES,
    "catalog.catalog_page": _PAGES,
    "feeds.everything": (*_ASKED, *_OF_FEEDS),
    "feeds.of_publisher": _OF_FEEDS,
    "feeds.of_dataset": _OF_FEEDS,
    "sparql.endpoint": (_SPARQL,),
}
BODIES: Mapping[str, Json] = {
    "api.edit_dataset": _PATCH,
    "api.score_dataset": _PATCH,
    "api.move_dataset": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "state": {"type": "string", "enum": ["published", "deprecated", "withdrawn"]},
                    "reason": {"type": "string"},
                },
                "required": ["state"],
            }
        }
    },
    "api.send": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "organization": {"type": "string", "description": "The slug of the organization."},
                },
                "required": ["file", "organization"],
            }
        },
        "application/octet-stream": {"schema": {}},
    },
    "api.approve": {"application/json": {"schema": {"type": "object", "properties": _MOVE}}},
    "api.decline": {"application/json": {"schema": {"type": "object", "properties": _MOVE}}},
    "api.abandon": {"application/json": {"schema": {"type": "object", "properties": {"revision": _REVISION}}}},
    "api.decide": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "go": {"type": "string"},
                    "choices": {"type": "array", "items": {"type": "object"}},
                    "revision": _REVISION,
                },
            }
        }
    },
    "sparql.endpoint": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
        },
        "application/sparql-query": {"schema": {"type": "string"}},
    },
}
ANSWERS: Mapping[str, Json] = {
    "api.list_datasets": {"$ref": _SCHEMAS + "SearchAnswer"},
    "api.suggest": {"$ref": _SCHEMAS + "Suggestions"},
    "api.get_dataset": {"$ref": _SCHEMAS + "Dataset"},
    "api.edit_dataset": {"$ref": _SCHEMAS + "Dataset"},
}


def described_routes(app: Flask) -> Iterator[Rule]:
    """List the routes that the document describes."""
    for rule in app.url_map.iter_rules():
        endpoint = rule.endpoint
        left_out = endpoint in LEFT_OUT or endpoint.partition(".")[0] in LEFT_OUT
        if not left_out or endpoint in _KEPT:
            yield rule


def document(app: Flask, site: Site) -> Json:
    """Write the whole document."""
    paths: dict[str, Json] = {}
    for rule in sorted(described_routes(app), key=lambda rule: rule.rule):
        for path, fixed in _paths(rule):
            for method in sorted((rule.methods or set()) & set(_METHODS)):
                paths.setdefault(path, {})[method.lower()] = _operation(app, rule, path, method, fixed)
    return {
        "openapi": VERSION,
        "info": {
            "title": site.title.get("en"),
            "summary": site.description.get("en"),
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": site.url}],
        "paths": paths,
        "components": {"schemas": _schemas(), "responses": _PROBLEMS, "securitySchemes": _SECURITY},
    }


_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token from the organization's page."},
}
_PROBLEMS = {
    "Problem": {
        "description": "What went wrong, in Japanese and English (RFC 9457); `code` is listed in docs/errors.md.",
        "content": {"application/problem+json": {"schema": {"$ref": _SCHEMAS + "ProblemDetails"}}},
    }
}


def _paths(rule: Rule) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Write a route as path templates: one for each choice where it takes one of a few words."""
    choices = {name: sorted(each.items) for name, each in _converters(rule).items() if isinstance(each, AnyConverter)}
    for words in product(*choices.values()):
        fixed = dict(zip(choices, words, strict=True))
        yield _filled(_plain(rule.rule), fixed), fixed


def _filled(route: str, fixed: Mapping[str, str]) -> str:
    return _PART.sub(lambda found: fixed.get(found[1], f"{{{found[1]}}}"), route)


def _plain(rule: str) -> str:
    """Take the converters' arguments away: they may hold any sign."""
    return re.sub(r"<\w+\([^)]*\):(\w+)>", r"<\1>", rule)


def _converters(rule: Rule) -> Mapping[str, Any]:
    return rule._converters  # noqa: SLF001 - Werkzeug shows them nowhere else


def _operation(app: Flask, rule: Rule, path: str, method: str, fixed: Mapping[str, str]) -> Json:
    view, endpoint = app.view_functions[rule.endpoint], rule.endpoint
    summary, description = _words(endpoint, view.__doc__ or "")
    operation: Json = {
        "operationId": _NOT_A_NAME.sub("_", f"{method.lower()}{path}").strip("_"),
        "summary": summary,
        "tags": [endpoint.partition(".")[0]],
        "parameters": [*_path_parameters(rule, fixed), *(QUERY.get(endpoint, ()) if method == "GET" else ())],
        "responses": _responses(rule, path, method),
    }
    if description:
        operation["description"] = description
    # Where `access.rule` leaves a route's rule.
    if rule_of(view).action is not None:
        operation["security"] = [{"token": []}]
    if method == "PATCH":
        operation["parameters"].append(_IF_MATCH)
    if method != "GET" and endpoint in BODIES:
        operation["requestBody"] = {"content": BODIES[endpoint], "required": True}
    return operation


def _words(endpoint: str, docstring: str) -> tuple[str, str]:
    """Take a docstring's first line, and the rest; a format's own title where the view is every format's."""
    if described := _format(endpoint):
        of = "One table of a dataset" if endpoint.endswith("-table") else "A dataset"
        return f"{of} as {described.title.get('en')}.", described.standard
    summary, *rest = [line.strip() for line in docstring.strip().splitlines()] or [endpoint]
    return summary, "\n".join(rest).strip()


def _format(endpoint: str) -> Format | None:
    return next(
        (each for each in FORMATS if endpoint in {f"describe.{each.name}", f"describe.{each.name}-table"}), None
    )


def _path_parameters(rule: Rule, fixed: Mapping[str, str]) -> Iterable[Json]:
    for name, converter in _converters(rule).items():
        if name not in fixed:
            yield {"name": name, "in": "path", "required": True, **_part(converter)}


def _part(converter: Any) -> Json:
    if isinstance(converter, UUIDConverter):
        return {"schema": {"type": "string", "format": "uuid"}}
    if isinstance(converter, IntegerConverter):
        return {"schema": {"type": "integer", "minimum": 0}}
    if isinstance(converter, PathConverter):
        return {"schema": {"type": "string"}, "description": "May hold slashes."}
    return {"schema": {"type": "string", "pattern": f"^(?:{converter.regex})$"}}


def _responses(rule: Rule, path: str, method: str) -> Json:
    endpoint = rule.endpoint
    schema = ANSWERS.get(endpoint, {})
    done: Json = {
        "description": "What was asked for.",
        "content": {kind: {"schema": schema} for kind in _media_types(endpoint, path)},
    }
    answers: Json = {"200": done}
    if endpoint in {"api.send", "api.decide"}:
        answers |= {"201": {**done, "description": "Published."}, "202": {**done, "description": "Taken; read later."}}
    if method == "GET":
        answers["304"] = {"description": "The reader has it already (RFC 9110, 13)."}
    if endpoint in {"pages.dataset", "catalog.catalog"}:
        answers["406"] = {"$ref": "#/components/responses/Problem"}
    return answers | {"default": {"$ref": "#/components/responses/Problem"}}


def _media_types(endpoint: str, path: str) -> tuple[str, ...]:
    """Say what an address answers with."""
    if described := _format(endpoint):
        return (described.media_type,)
    name = path.rpartition("/")[2]
    found = _OF_PATHS.get(path) or _OF_ENDPOINTS.get(endpoint) or _OF_BLUEPRINTS.get(endpoint.partition(".")[0])
    if found:
        return found
    return (MEDIA_TYPES[name],) if name in MEDIA_TYPES else ("application/json",)


_DCAT = tuple(each for each in FORMATS if each.name in NAMES)
_OF_PATHS = {
    **{CATALOG + suffix: (each.media_type,) for each in _DCAT for suffix in (each.suffix, *each.aliases)},
    CATALOG: tuple(each.media_type for each in _DCAT),
    "/.well-known/api-catalog": (API_CATALOG,),
    "/.well-known/void": ("text/turtle",),
    "/openapi.json": (OPENAPI,),
    "/opensearch.xml": (OPENSEARCH,),
    "/robots.txt": ("text/plain",),
    **{f"{start}/feed.atom": (ATOM,) for start in ("", "/publisher/{slug}", "/dataset/{slug}")},
    **{f"{start}/feed.json": (JSON_FEED,) for start in ("", "/publisher/{slug}", "/dataset/{slug}")},
}
_OF_ENDPOINTS = {
    "catalog.sitemap_part": (XML,),
    "describe.linkset": ("application/linkset+json",),
    "pages.dataset": ("text/html", *dict.fromkeys(each.media_type for each in FORMATS)),
    "pages.health": ("text/plain",),
    "pages.series_turtle": ("text/turtle",),
    "sparql.endpoint": tuple(dict.fromkeys(each.media_type for each in (*SOLUTIONS, *TRIPLES))),
}
_OF_BLUEPRINTS = {"files": ("application/octet-stream",)}


def _schemas() -> Json:
    _, found = msgspec.json.schema_components((DatasetRecord, Report), ref_template=_SCHEMAS + "{name}")
    record = found.pop("DatasetRecord")["properties"]
    address = {"type": "string", "format": "uri"}
    dataset = {
        "type": "object",
        "description": "A dataset, what is in it, and where it is described.",
        "properties": {
            **{name: record[name] for name in FIELDS},
            "url": address,
            "series": record["in_series"],
            "resources": {"type": "array", "items": {"type": "object"}},
            "descriptions": {"type": "object", "additionalProperties": address},
        },
        "required": ["id", "slug", "url", "title", "publisher", "state", "resources"],
    }
    words = {"type": "string"}
    problem = {
        "type": "object",
        "properties": {
            **dict.fromkeys(("type", "title", "code", "detail", "instance", "reference"), words),
            "status": {"type": "integer"},
            "messages": {"type": "object", "properties": {"ja": words, "en": words}},
            "report": {"$ref": _SCHEMAS + "Report"},
        },
        "required": ["type", "title", "status", "code"],
    }
    return {"Dataset": dataset, "ProblemDetails": problem, **_search_schemas(), **found}


def _search_schemas() -> Json:
    words, count, address = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "string", "format": "uri"}
    text = {"type": "object", "properties": {"ja": words, "en": words}}
    objects = {"type": "array", "items": {"type": "object"}}
    value = {"type": "object", "properties": {"value": words, "count": count, "title": text}}
    values = {"type": "array", "items": value}
    suggestion = {
        "type": "object",
        "properties": {
            "text": words,
            "kind": {"type": "string", "enum": list(SuggestionKind)},
            "count": {"type": ["integer", "null"]},
            "url": {"type": "string", "format": "uri-reference"},
        },
    }
    answer = {
        "total": count,
        **dict.fromkeys(("offset", "limit"), count),
        "sort": {"type": "string", "enum": list(Sort)},
        "results": objects,
        "facets": {"type": "object", "properties": {each.value: values for each in Facet}},
        "next": {"anyOf": [address, {"type": "null"}]},
        "relaxed": {
            "anyOf": [
                {"type": "object", "properties": {"how": text, "words": {"type": "array", "items": words}}},
                {"type": "null"},
            ]
        },
        "dropped": {
            "type": "array",
            "items": {"type": "object", "properties": {"text": words, "reason": text}},
        },
        "did_you_mean": {"type": "array", "items": words},
    }
    return {
        "SearchAnswer": {"type": "object", "properties": answer, "required": list(answer)},
        "Suggestions": {
            "type": "object",
            "properties": {"suggestions": {"type": "array", "items": suggestion}},
            "required": ["suggestions"],
        },
    }
