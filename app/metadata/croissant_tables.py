"""Tables as record sets of Croissant 1.1: each column a field with its type, its meaning and where it is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.kernel.text import Text, text_of
from app.metadata.links import web_link
from app.metadata.words import (
    allowed,
    column_meaning,
    column_title,
    filled,
    foreign_keys,
    primary_key,
    property_of,
    segment,
)

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import Column, DatasetRecord, ResourceRecord, Table

# Table Schema type -> what a value is; all others are read as text, as they are written.
TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "time": "sc:Time",
    "year": "sc:Integer",
}
# Longer lists of values say no more about a column than their beginning does.
MAX_VALUES = 30
MAX_EXAMPLES = 5


def record_sets(record: DatasetRecord, site: Site) -> list[dict[str, Any]]:
    """Describe each table."""
    return [
        _record_set(record, resource, resource.table, site)
        for resource in record.resources
        if resource.table and resource.table.columns
    ]


def _record_set(record: DatasetRecord, resource: ResourceRecord, table: Table, site: Site) -> dict[str, Any]:
    own = segment(resource.name)
    pointers = _pointers(record, resource, table)
    return filled(
        {
            "@type": "cr:RecordSet",
            "@id": own,
            "name": _by_language(resource.title or text_of(resource.name)),
            "description": _by_language(resource.description),
            "key": [{"@id": _field_id(own, name)} for name in primary_key(table)],
            "annotation": {
                "@type": "cr:Field",
                "@id": f"{own}#rows",
                "name": f"{own}#rows",
                "value": table.rows,
                "dataType": ["sc:Integer", "http://www.wikidata.org/entity/Q4049983"],
            },
            "field": [_field(own, column, _source(record, resource, site), pointers) for column in table.columns],
        }
    )


def _source(record: DatasetRecord, resource: ResourceRecord, site: Site) -> str:
    return site.absolute(addresses.data(record.path, (resource.parquet or resource.file).name))


def _field(own: str, column: Column, source: str, pointers: dict[str, str]) -> dict[str, Any]:
    return filled(
        {
            "@type": "cr:Field",
            "@id": _field_id(own, column.name),
            "name": _by_language(column_title(column)),
            "description": _by_language(_about(column)),
            "dataType": _data_type(column),
            "equivalentProperty": property_of(column),
            "unitText": column.unit,
            "rdfs:seeAlso": {"@id": link} if (link := web_link(column.code_list)) else {},
            "references": {"field": {"@id": pointers[column.name]}} if column.name in pointers else {},
            "examples": list(column.profile.examples[:MAX_EXAMPLES]) if column.profile else [],
            "source": {"fileObject": {"@id": source}, "extract": {"column": column.name}},
        }
    )


def _data_type(column: Column) -> str:
    if column.type == "string" and (column.field or {}).get("format") == "uri":
        return "sc:URL"
    return TYPES.get(column.type, "sc:Text")


def _about(column: Column) -> Text:
    """Say what the values mean, their unit and which there may be."""
    meaning, values = column_meaning(column), allowed(column)
    listed = "、".join(values[:MAX_VALUES]) + ("…" if len(values) > MAX_VALUES else "")
    ja = [meaning.ja, f"単位: {column.unit}" if column.unit else "", f"値: {listed}" if values else ""]
    en = [meaning.en, f"Unit: {column.unit}" if column.unit else "", f"Values: {listed}" if values else ""]
    return Text("\n".join(filter(None, ja)), "\n".join(filter(None, en)))


def _pointers(record: DatasetRecord, resource: ResourceRecord, table: Table) -> dict[str, str]:
    """Map columns to the fields they point to.

    Readers join what a field references, and refuse circles, so only pointers to tables further up count.
    """
    names = [each.name for each in record.resources]
    above = set(names[: names.index(resource.name)])
    return {
        own: _field_id(segment(name), theirs)
        for columns, name, others in foreign_keys(record, table)
        if name in above
        for own, theirs in zip(columns, others, strict=True)
    }


def _field_id(own: str, column: str) -> str:
    return f"{own}/{segment(column)}"


def _by_language(text: Text) -> dict[str, str]:
    return dict(text.both())
