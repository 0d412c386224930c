"""CSV on the Web (w3.org/TR/tabular-metadata, 2015): the tables of a dataset as a group, and each one by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.links import web_link
from app.metadata.words import (
    column_meaning,
    default_language,
    filled,
    foreign_keys,
    instant,
    primary_key,
    property_of,
    title_of,
)

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import Column, DatasetRecord, ResourceRecord, Table

# Table Schema types that the clean files write as XML Schema does; all others are read as they stand.
DATATYPES = {
    "integer": "integer",
    "number": "double",
    "date": "date",
    "datetime": "dateTime",
    "year": "gYear",
    "yearmonth": "gYearMonth",
}
XML_BOOLEANS = frozenset({"true", "false", "1", "0"})
_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True, "encoding": "utf-8"}


def render(record: DatasetRecord, site: Site) -> bytes:
    """Describe all tables as a group. Raises `NotFound` where the dataset has no table."""
    tables = [_table(record, each, each.table, site) for each in record.resources if each.table]
    if not tables:
        raise NotFound(Text("このデータセットには表がありません。", "This dataset has no table."))
    group = {"@context": _context(record), **_notes(record, site), "dialect": _DIALECT, "tables": tables}
    return _written(group)


def render_table(record: DatasetRecord, resource: ResourceRecord, site: Site) -> bytes:
    """Describe one table. Raises `NotFound` where the resource is none."""
    if not resource.table:
        raise NotFound(Text("このファイルは表ではありません。", "This file is no table."))
    alone = _table(record, resource, resource.table, site, alone=True)
    return _written({"@context": _context(record), "dialect": _DIALECT} | alone)


FORMAT = Format(
    name="csvw",
    title=Text("CSV on the Web（CSVW）", "CSV on the Web (CSVW)"),
    media_type="application/csvm+json",
    suffix="/csvw.json",
    standard="https://www.w3.org/TR/tabular-metadata/",
    render=render,
    render_table=render_table,
    table_suffix="-metadata.json",
)


def _written(described: dict[str, Any]) -> bytes:
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _context(record: DatasetRecord) -> list[Any]:
    return ["http://www.w3.org/ns/csvw", {"@language": default_language(record)}]


def _notes(record: DatasetRecord, site: Site) -> dict[str, Any]:
    default = default_language(record)
    page = site.absolute(addresses.dataset(record.path))
    license_ = web_link(record.license.url)
    return filled(
        {
            "@id": page,
            "dc:title": title_of(record).get(default),
            "dc:description": record.description.get(default),
            "dc:publisher": {"@id": site.absolute(addresses.publisher(record.publisher.slug))},
            "dc:license": {"@id": license_} if license_ else {},
            "dc:modified": {"@value": instant(record.changed), "@type": "xsd:dateTime"},
            "dcat:keyword": list(record.keywords),
        }
    )


def _table(
    record: DatasetRecord, resource: ResourceRecord, table: Table, site: Site, *, alone: bool = False
) -> dict[str, Any]:
    default = default_language(record)
    # A pointer to another table needs that table's description beside it.
    keys = [] if alone else _foreign_keys(record, table, site)
    schema = {
        "columns": [_column(record, number, column) for number, column in enumerate(table.columns, start=1)],
        "primaryKey": [_name(table, name) for name in primary_key(table)],
        "foreignKeys": keys,
    }
    return filled(
        {
            "url": _address(record, resource, site),
            "dc:title": resource.title.get(default) or resource.name,
            "dc:description": resource.description.get(default),
            "tableSchema": filled(schema),
        }
    )


def _address(record: DatasetRecord, resource: ResourceRecord, site: Site) -> str:
    return site.absolute(addresses.data(record.path, resource.file.name))


def _column(record: DatasetRecord, number: int, column: Column) -> dict[str, Any]:
    """Titles are the header's words as they stand: readers compare them and know no languages there."""
    default = default_language(record)
    constraints = (column.field or {}).get("constraints")
    required = isinstance(constraints, dict) and constraints.get("required") is True
    code_list = web_link(column.code_list)
    return filled(
        {
            "name": f"column-{number}",
            "titles": column.name,
            "datatype": _datatype(column),
            "null": "",
            "required": required or None,
            "propertyUrl": property_of(column),
            "dc:title": column.title.get(default),
            "dc:description": column_meaning(column).get(default),
            "schema:unitText": column.unit,
            "rdfs:seeAlso": {"@id": code_list} if code_list else {},
        }
    ) | {"null": [""]}


def _datatype(column: Column) -> Any:
    field = column.field or {}
    if column.type == "boolean":
        return _boolean(column, field)
    odd = field.get("format") not in (None, "default") or any(field.get(name) for name in ("groupChar", "decimalChar"))
    if odd or field.get("bareNumber") is False:
        return "string"
    return DATATYPES.get(column.type, "string")


def _boolean(column: Column, field: dict[str, Any]) -> Any:
    """CSVW knows the words of XML Schema or one pair of others; files keep the words that they came with."""
    if "trueValues" in field or "falseValues" in field:
        yes, no = field.get("trueValues") or [], field.get("falseValues") or []
        pair = len(yes) == len(no) == 1 and not any("|" in str(word) for word in (*yes, *no))
        return {"base": "boolean", "format": f"{yes[0]}|{no[0]}"} if pair else "string"
    profile = column.profile
    known = (
        profile is not None and profile.distinct == len(profile.examples) and XML_BOOLEANS.issuperset(profile.examples)
    )
    return "boolean" if known else "string"


def _name(table: Table, column: str) -> str:
    return f"column-{[each.name for each in table.columns].index(column) + 1}"


def _foreign_keys(record: DatasetRecord, table: Table, site: Site) -> list[dict[str, Any]]:
    own = next(each for each in record.resources if each.table is table)
    found = []
    for columns, name, others in foreign_keys(record, table):
        target = record.resource(name) if name else own
        if target and target.table:
            reference = {
                "resource": _address(record, target, site),
                "columnReference": [_name(target.table, other) for other in others],
            }
            found.append({"columnReference": [_name(table, each) for each in columns], "reference": reference})
    return found
