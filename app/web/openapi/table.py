"""The rows of one resource as OpenAPI: its own columns as parameters, with operators by type, and typed rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.catalog.addresses import Site
from app.catalog.record import DatasetRecord, ResourceRecord
from app.kernel.report import Report
from app.query.frame import Frame
from app.query.storage import Stored, stored
from app.web.openapi.problem import ProblemDetails
from app.web.openapi.routes import frame as framed
from app.web.openapi.schemas import PLACE, Schemas
from app.web.openapi.table_parameters import conditions, parameters
from app.web.openapi.table_values import SHARED, cell
from app.web.rows_shapes import RowsAnswer

Json = dict[str, Any]

GEOJSON = "geojson"
_WITHOUT_PLACES = frozenset(f"ask-{name}" for name in ("columns", "group", "measures", "having"))
_PARAMETERS = "#/components/parameters/"


def resource_document(
    record: DatasetRecord, resource: ResourceRecord, frame: Frame, site: Site, *, formats: Mapping[str, str]
) -> Json:
    """Describe how to ask for the rows of a table. `formats` are media types by what follows `rows.` in an address."""
    columns = stored(frame)
    taken = parameters(frame, columns)
    address = f"/api/v1/resources/{resource.id}/rows"
    paths = {address: {"get": _operation(taken, "Rows of the table", "rows", {"application/json": _rows()})}}
    for suffix, media_type in formats.items():
        if suffix == GEOJSON and not frame.latitude:
            continue
        schema = _rows() if suffix == "json" else {}
        # Places on a map are of rows that have their coordinates.
        kept = {each: said for each, said in taken.items() if suffix != GEOJSON or each not in _WITHOUT_PLACES}
        name = f"rows_{suffix.replace('.', '_').replace('-', '_')}"
        paths[f"{address}.{suffix}"] = {"get": _operation(kept, f"Rows as {suffix}", name, {media_type: schema})}
    made = framed(site, paths, _schemas(columns))
    made["components"]["parameters"] = taken
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


def _schemas(columns: Mapping[str, Stored]) -> Schemas:
    schemas = Schemas([ProblemDetails, Report, RowsAnswer])
    schemas.named |= {**SHARED, **conditions(), "Row": row_schema(columns)}
    schemas.named["RowsAnswer"]["properties"]["rows"] = {"type": "array", "items": {"$ref": PLACE + "Row"}}
    return schemas


def row_schema(columns: Mapping[str, Stored]) -> Json:
    """Describe one row as JSON: every column is there, unless `columns` chose some; empty cells are null."""
    return {
        "title": "Row",
        "type": "object",
        "properties": {name: cell(each) for name, each in columns.items()},
    }


def _rows() -> Json:
    return {"schema": {"$ref": PLACE + "RowsAnswer"}}


def _operation(taken: Mapping[str, Json], summary: str, name: str, content: Json) -> Json:
    problems = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in (400, 401, 404, 410, 422, 429, "5XX")
    }
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["rows"],
        "parameters": [{"$ref": _PARAMETERS + each} for each in taken],
        "responses": {"200": {"description": "Rows.", "content": content}, **problems},
    }
