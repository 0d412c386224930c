"""The rows of one resource as OpenAPI: its own columns as parameters, with operators by type, and typed rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.catalog.addresses import Site
from app.catalog.record import Column, DatasetRecord, ResourceRecord
from app.kernel.report import Report
from app.query.parameters import PASSED_OVER, RESERVED
from app.query.question import LIMIT, MAX_LIMIT, Op
from app.web.openapi.problem import ProblemDetails
from app.web.openapi.routes import frame
from app.web.openapi.schemas import PLACE, Schemas

Json = dict[str, Any]

FEW = 20
_ALWAYS = (Op.EXACT, Op.NOT, Op.IN, Op.NULL)
_ORDERED = (Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN)
_TEXTS = (Op.CONTAINS, Op.STARTS)
_WORDS: dict[Op, str] = {
    Op.EXACT: "is",
    Op.NOT: "is not",
    Op.IN: "is one of (commas between them, or repeated)",
    Op.CONTAINS: "contains",
    Op.STARTS: "starts with",
    Op.GT: "is greater than",
    Op.GTE: "is at least",
    Op.LT: "is less than",
    Op.LTE: "is at most",
    Op.BETWEEN: "lies between two values with a comma between them, both included",
    Op.NULL: "is empty (true) or is not (false)",
    Op.WITHIN: "lies in a place: its code or its name",
}
_SCHEMAS: dict[str, Json] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string"},
    "time": {"type": "string"},
    "year": {"type": "integer"},
    "string": {"type": "string"},
}
_PLACES = ("municipality", "prefecture", "region", "ward")


def resource_document(
    record: DatasetRecord, resource: ResourceRecord, site: Site, *, formats: Mapping[str, str]
) -> Json:
    """Describe how to ask for the rows of a table. `formats` are media types by what follows `rows.` in an address."""
    columns = resource.table.columns if resource.table else ()
    schemas = Schemas([ProblemDetails, Report])
    schemas.named |= {"Row": row_schema(resource), "RowsAnswer": _rows_schema()}
    address = f"/api/v1/resources/{resource.id}/rows"
    paths = {address: {"get": _operation(columns, "Rows of the table", "rows", {"application/json": _rows()})}}
    for suffix, media_type in formats.items():
        schema = _rows() if suffix == "json" else {}
        paths[f"{address}.{suffix}"] = {
            "get": _operation(columns, f"Rows as {suffix}", f"rows_{suffix.replace('.', '_')}", {media_type: schema})
        }
    made = frame(site, paths, schemas)
    title = resource.title.get("en") or resource.name
    made["info"] |= {
        "title": f"{record.title.get('en') or record.slug}: {title}",
        "summary": f"Rows of one table of {site.title.get('en')}.",
        "version": str(record.version.number if record.version else 0),
        "license": _license(record),
    }
    return made


def _license(record: DatasetRecord) -> Json:
    name = record.license.name or record.license.title.get("en") or "see the dataset"
    return {"name": name, **({"url": record.license.url} if record.license.url else {})}


def row_schema(resource: ResourceRecord) -> Json:
    """Describe one row as JSON: every column is there, unless `columns` chose some; empty cells are null."""
    table = resource.table
    return {
        "title": "Row",
        "type": "object",
        "properties": {each.name: _cell(each) for each in table.columns} if table else {},
    }


def _rows() -> Json:
    return {"schema": {"$ref": PLACE + "RowsAnswer"}}


def _rows_schema() -> Json:
    return {
        "title": "RowsAnswer",
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"$ref": PLACE + "Row"}},
            "total": {"type": "integer"},
            "columns": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["rows", "total", "columns"],
    }


def _cell(column: Column) -> Json:
    """Describe a cell of an answer."""
    schema = dict(_SCHEMAS.get(column.type, {}))
    kind = schema.pop("type", None)
    typed = {"type": [kind, "null"], **schema} if kind else {}
    return {**typed, "title": column.title.get("en") or column.name, **_told(column)}


def _told(column: Column) -> Json:
    parts = [column.title.get("en"), column.description.get("en")]
    parts += [f"Unit: {column.unit}." if column.unit else ""]
    parts += [f"Codes: {column.code_list}" if column.code_list else ""]
    words = "\n".join(dict.fromkeys(each for each in parts if each))
    return {"description": words} if words else {}


def values_of(column: Column) -> tuple[str, ...]:
    """List all values of a column, where its profile or its schema holds all of them and they are few."""
    listed = ((column.field or {}).get("constraints") or {}).get("enum")
    categories = (column.field or {}).get("categories")
    for known in (listed, categories):
        if isinstance(known, list) and 0 < len(known) <= FEW:
            return tuple(str(each.get("value") if isinstance(each, dict) else each) for each in known)
    profile = column.profile
    if profile and 0 < profile.distinct == len(profile.examples) <= FEW:
        return profile.examples
    return ()


def operators(column: Column) -> tuple[Op, ...]:
    """List what may be asked of a column's cells, as `app.query.conditions` allows it by what is stored."""
    if column.type == "boolean":
        return _ALWAYS
    if column.type not in _SCHEMAS:
        return _ALWAYS if column.type in {"any", "string"} else (Op.EXACT, Op.NULL)
    within = (Op.WITHIN,) if column.meaning.startswith(_PLACES) else ()
    texts = _TEXTS if column.type == "string" else ()
    return (*_ALWAYS, *texts, *_ORDERED, *within)


def _operation(columns: tuple[Column, ...], summary: str, name: str, content: Json) -> Json:
    problems = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in (400, 401, 404, 410, 422, 429, "5XX")
    }
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["rows"],
        "parameters": [*_filters(columns), *_general(columns)],
        "responses": {"200": {"description": "Rows.", "content": content}, **problems},
    }


def _filters(columns: tuple[Column, ...]) -> Iterator[Json]:
    reserved = {*RESERVED, *PASSED_OVER}
    for column in columns:
        title = column.title.get("en") or column.name
        for op in operators(column):
            plain = op is Op.EXACT and column.name not in reserved
            yield {
                "name": column.name if plain else f"{column.name}__{op}",
                "in": "query",
                "schema": _asked(column, op),
                "description": f"{title} {_WORDS[op]}.",
                **({"explode": False} if op in {Op.IN, Op.BETWEEN} else {}),
            }


def _asked(column: Column, op: Op) -> Json:
    if op is Op.NULL:
        return {"type": "boolean"}
    one: Json = dict(_SCHEMAS.get(column.type, {"type": "string"}))
    if op is Op.WITHIN:
        return {"type": "string"}
    if op in {Op.EXACT, Op.NOT, Op.IN} and column.type == "string" and (known := values_of(column)):
        one["enum"] = list(known)
    if op is Op.IN:
        return {"type": "array", "items": one, "minItems": 1}
    if op is Op.BETWEEN:
        return {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
    return one


def _general(columns: tuple[Column, ...]) -> Iterator[Json]:
    names = [each.name for each in columns]
    ways = [*names, *(f"-{each}" for each in names)]
    yield _listed("columns", {"type": "string", "enum": names}, "These only, in this order.")
    yield _listed("sort", {"type": "string", "enum": ways}, "By these columns; a minus before one turns it around.")
    yield _query("q", {"type": "string", "maxLength": 200}, "Words that must all stand somewhere in the row.")
    limit = {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": LIMIT}
    yield _query("limit", limit, "How many rows to answer.")
    yield _query("after", {"type": "string"}, "Where to go on: the `next` of the answer before.")


def _listed(name: str, each: Json, words: str) -> Json:
    return {**_query(name, {"type": "array", "items": each}, words), "explode": False}


def _query(name: str, schema: Json, words: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": words}
