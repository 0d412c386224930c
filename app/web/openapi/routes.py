"""The description of every HTTP route as OpenAPI 3.1 (spec.openapis.org/oas/v3.1), made from the routes themselves.

Addresses and their parts come from the routes, words from the views' docstrings, who may call from their rules, and
parameters, bodies and answers from the types that read and write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, PathConverter, Rule, UUIDConverter

from app.catalog.addresses import Site
from app.kernel.report import Report
from app.web.access import rule_of
from app.web.interface import Interface, interface_of
from app.web.openapi import responses
from app.web.openapi.japanese import SUMMARIES
from app.web.openapi.media_types import format_of
from app.web.openapi.problem import ProblemDetails
from app.web.openapi.schemas import Schemas, of_fields
from app.web.openapi.words import ABOUT, KEPT, LEFT_OUT
from app.web.parameters import Parameters, language_parameter

Json = dict[str, Any]

VERSION = "3.1.0"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PART = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_NOT_A_NAME = re.compile(r"\W+")
# What a form sends for a field that nobody filled in.
NOTHING = {"type": "string", "maxLength": 0}
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token from the organization's page."},
}


def described_routes(app: Flask) -> Iterator[Rule]:
    """List the routes that the document describes."""
    for rule in app.url_map.iter_rules():
        endpoint = rule.endpoint
        left_out = endpoint in LEFT_OUT or endpoint.partition(".")[0] in LEFT_OUT
        if not left_out or endpoint in KEPT:
            yield rule


def document(app: Flask, site: Site) -> Json:
    """Write the whole document."""
    schemas = Schemas([*_types(app), ProblemDetails, Report])
    paths: dict[str, Json] = {}
    for rule in sorted(described_routes(app), key=lambda rule: rule.rule):
        for path, fixed in _paths(rule):
            for method in sorted((rule.methods or set()) & set(_METHODS)):
                paths.setdefault(path, {})[method.lower()] = _operation(
                    app, rule, path, method, fixed=fixed, schemas=schemas
                )
    return frame(site, paths, schemas)


def frame(site: Site, paths: Json, schemas: Schemas) -> Json:
    """Write what stands around the paths."""
    return {
        "openapi": VERSION,
        "info": {
            "title": site.title.get("en"),
            "summary": site.description.get("en"),
            "description": ABOUT,
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": site.url}],
        "paths": paths,
        "components": {
            "schemas": schemas.named,
            "responses": _used(paths),
            "headers": responses.HEADERS,
            "securitySchemes": _SECURITY,
        },
    }


def _used(paths: Json) -> Json:
    """Keep the shared answers that some operation has."""
    operations = (operation for item in paths.values() for operation in item.values())
    places = {answer.get("$ref", "") for each in operations for answer in each["responses"].values()}
    return {
        name: answer for name, answer in responses.components().items() if f"#/components/responses/{name}" in places
    }


def _types(app: Flask) -> Iterator[Any]:
    """List the types of answers."""
    for rule in described_routes(app):
        for content in interface_of(app.view_functions[rule.endpoint]).answers.values():
            if content.schema is not None and not isinstance(content.schema, Mapping):
                yield content.schema


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


def _operation(app: Flask, rule: Rule, path: str, method: str, *, fixed: Mapping[str, str], schemas: Schemas) -> Json:
    view, endpoint = app.view_functions[rule.endpoint], rule.endpoint
    access, interface = rule_of(view), interface_of(view)
    if method == "GET" and interface.bodies:
        interface = Interface(interface.query, {}, answers=interface.answers, problems=interface.problems)
    summary, description = _words(endpoint, view.__doc__ or "")
    operation: Json = {
        "operationId": _NOT_A_NAME.sub("_", f"{method.lower()}{path}").strip("_"),
        "summary": summary,
        "tags": [endpoint.partition(".")[0]],
        "parameters": [*_path_parameters(rule, fixed), *parameters(interface), *map(dict, interface.headers)],
        "responses": responses.responses(rule, path, method, access=access, interface=interface, schemas=schemas),
    }
    if japanese := _japanese(endpoint):
        operation["x-summary-ja"] = japanese
    if description:
        operation["description"] = description
    # Where `access.rule` leaves a route's rule. Elsewhere a token shows more than nobody in particular sees.
    operation["security"] = [{"token": []}] if access.action is not None else [{}, {"token": []}]
    if interface.bodies:
        operation["requestBody"] = _body(interface, schemas)
    return operation


def parameters(interface: Interface) -> Iterable[Json]:
    """Describe the query parameters of an interface."""
    if interface.query is None:
        return ()
    return (*query_parameters(interface.query), language_parameter(interface.query))


def query_parameters(model: type[Parameters]) -> Iterator[Json]:
    """Describe the fields of a model as query parameters."""
    for name, schema in of_fields(model).items():
        words = schema.pop("description", "")
        parameter: Json = {"name": name, "in": "query", "schema": schema if model.strict else _or_nothing(schema)}
        required = {"required": True} if model.model_fields[name].is_required() else {}
        yield parameter | required | ({"description": words} if words else {})


def _or_nothing(schema: Json) -> Json:
    """Allow an empty text beside a value."""
    if schema.get("type") in {"array", "string"} and not {"enum", "format", "anyOf"} & schema.keys():
        return schema
    default = {"default": schema["default"]} if "default" in schema else {}
    return {**default, "anyOf": [{key: value for key, value in schema.items() if key != "default"}, NOTHING]}


def _body(interface: Interface, schemas: Schemas) -> Json:
    content = {kind: {"schema": _body_schema(body, schemas)} for kind, body in interface.bodies.items()}
    return {"content": content, "required": not interface.optional_body}


def _body_schema(body: Any, schemas: Schemas) -> Json:
    if isinstance(body, type):
        return schemas.of_model(body)
    schema: Json = dict(body() if callable(body) else body)
    form = schema.pop("x-form", None)
    return schema if form is None else _form(form)


def _form(model: type[Parameters]) -> Json:
    """Describe a form with a file: the file, who publishes it, and what else may be said."""
    file = {"type": "string", "format": "binary", "description": "A data package, or a file of data."}
    return {
        "type": "object",
        "properties": {"file": file, **of_fields(model)},
        "required": ["file", "organization"],
        "additionalProperties": False,
    }


def _words(endpoint: str, docstring: str) -> tuple[str, str]:
    """Take a docstring's first line, and the rest; a format's own title where the view is every format's."""
    if described := format_of(endpoint):
        of = "One table of a dataset" if endpoint.endswith("-table") else "A dataset"
        return f"{of} as {described.title.get('en')}.", described.standard
    summary, *rest = [line.strip() for line in docstring.strip().splitlines()] or [endpoint]
    return summary, "\n".join(rest).strip()


def _japanese(endpoint: str) -> str:
    if described := format_of(endpoint):
        return f"{described.title.get('ja')} による説明です。"
    return SUMMARIES.get(endpoint, "")


def _path_parameters(rule: Rule, fixed: Mapping[str, str]) -> Iterator[Json]:
    for name, converter in _converters(rule).items():
        if name not in fixed:
            yield {"name": name, "in": "path", "required": True, **_part(converter)}


def _part(converter: Any) -> Json:
    if isinstance(converter, UUIDConverter):
        return {"schema": {"type": "string", "format": "uuid"}}
    if isinstance(converter, IntegerConverter):
        return {"schema": {"type": "integer", "minimum": 0}}
    if isinstance(converter, PathConverter):
        return {"schema": {"type": "string", "minLength": 1}, "description": "May hold slashes."}
    return {"schema": {"type": "string", "pattern": f"^(?:{converter.regex})$"}}
