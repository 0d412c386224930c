"""The tables and files of a dataset in Markdown: what every column means and holds, and where the rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.catalog import addresses
from app.catalog.coverage import day_of
from app.kernel.text import Text
from app.metadata.distributions import link_file_type, main_file_type
from app.metadata.markdown_text import both, inline, link, quote, start, table
from app.metadata.words import allowed, column_meaning, primary_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.addresses import Site
    from app.catalog.record import Column, DatasetRecord, Link, ResourceRecord, Table
    from app.kernel.text import Language

# Columns in the whole document, files here and files elsewhere: beyond them it says how many more there are, and where.
MAX_COLUMNS, MAX_FILES, MAX_LINKS = 200, 50, 50
_NAME, _MEANING, _VALUE = 100, 300, 40
_VALUES = 5

_HEADINGS = (
    Text("列", "Column"),
    Text("型", "Type"),
    Text("単位", "Unit"),
    Text("意味", "Meaning"),
    Text("コード表", "Code list"),
    Text("欠損", "Missing"),
    Text("範囲", "Range"),
    Text("例", "Examples"),
)


def files(record: DatasetRecord, site: Site, language: Language) -> Iterator[str]:
    """Describe each file under a heading of its own, and files elsewhere in one table."""
    room = MAX_COLUMNS
    for resource in record.resources[:MAX_FILES]:
        yield from _file(record, resource, site, language)
        if resource.table:
            yield from _columns(record, resource.table, site, language, room)
            room = max(0, room - len(resource.table.columns))
    yield from _more(record, site, language, len(record.resources) - MAX_FILES)
    if record.links:
        yield Text("### ほかの場所にあるファイル", "### Files elsewhere").get(language)
        yield ""
        header = [each.get(language) for each in _LINK_HEADINGS]
        yield from table(header, [_link(each, language) for each in record.links[:MAX_LINKS]])
        yield from _more(record, site, language, len(record.links) - MAX_LINKS)


def parquet_address(record: DatasetRecord, site: Site) -> str:
    """Answer the address of the first table's Parquet file; empty where there is none."""
    named = (resource.parquet.name for resource in record.resources if resource.parquet)
    return next((site.absolute(addresses.data(record.path, name)) for name in named), "")


def rows_address(record: DatasetRecord, resource: ResourceRecord, site: Site) -> str:
    """Answer the address of a table's rows as JSON. Rows are served of the current version only."""
    return "" if record.pinned or not resource.table else site.absolute(f"/api/v1/resources/{resource.id}/rows")


def _file(record: DatasetRecord, resource: ResourceRecord, site: Site, language: Language) -> Iterator[str]:
    name = inline(resource.name, _NAME)
    title = both(resource.title, language, _MEANING)
    yield f"### {name}: {title}" if title and title != name else f"### {name}"
    yield ""
    yield from quote(resource.description.get(language), _MEANING * 4)
    kind = main_file_type(resource)
    size = Text(f"{resource.file.size:,} バイト", f"{resource.file.size:,} bytes").get(language)
    file = link(site.absolute(addresses.data(record.path, resource.file.name)))
    yield f"- {start(inline(kind.name if kind else resource.format, _VALUE)) or 'file'}: {file} ({size})"
    if resource.parquet:
        yield f"- Parquet: {link(site.absolute(addresses.data(record.path, resource.parquet.name)))}"
    if resource.table:
        yield from _shape(record, resource, resource.table, site, language)
    yield ""


def _shape(
    record: DatasetRecord, resource: ResourceRecord, rows: Table, site: Site, language: Language
) -> Iterator[str]:
    count, columns = rows.rows, len(rows.columns)
    yield Text(f"- {count:,} 行、{columns:,} 列", f"- {count:,} rows, {columns:,} columns").get(language)
    if key := ", ".join(inline(name, _NAME) for name in primary_key(rows)[:_VALUES]):
        yield f"- {Text('主キー', 'Primary key').get(language)}: {key}"
    if address := rows_address(record, resource, site):
        yield f"- {Text('行（JSON）', 'Rows (JSON)').get(language)}: {link(f'{address}?limit=10')}"


def _columns(record: DatasetRecord, rows: Table, site: Site, language: Language, room: int) -> Iterator[str]:
    header = [each.get(language) for each in _HEADINGS]
    yield from table(header, [_column(each, rows.rows, language) for each in rows.columns[:room]])
    yield from _more(record, site, language, len(rows.columns) - room)


def _column(column: Column, rows: int, language: Language) -> tuple[str, ...]:
    title = both(column.title, language, _NAME)
    # What the portal says itself needs no second language.
    said = column.description
    meaning = both(said, language, _MEANING) if said else column_meaning(column).get(language)
    name = inline(column.name, _NAME)
    profile = column.profile
    examples = (profile.examples if profile else ()) or allowed(column)
    return (
        name,
        inline(column.type, _VALUE),
        inline(column.unit, _VALUE),
        ": ".join(each for each in (title if title != name else "", meaning) if each),
        link(column.code_list),
        f"{profile.missing / rows:.1%}" if profile and rows else "",
        _range(profile.minimum, profile.maximum) if profile else "",
        "; ".join(inline(each, _VALUE) for each in examples[:_VALUES]),
    )


def _range(low: str | None, high: str | None) -> str:
    if low is None and high is None:
        return ""
    return f"{inline(low or '', _VALUE)} … {inline(high or '', _VALUE)}"


_LINK_HEADINGS = (
    Text("名前", "Name"),
    Text("説明", "Description"),
    Text("形式", "Format"),
    Text("大きさ", "Size"),
    Text("更新", "Changed"),
    Text("場所", "Address"),
)


def _link(each: Link, language: Language) -> tuple[str, ...]:
    kind = link_file_type(each)
    return (
        both(each.title, language, _NAME) or inline(each.name, _NAME),
        both(each.description, language, _MEANING),
        kind.name if kind else inline(each.format or each.media_type, _VALUE),
        f"{each.size:,} B" if each.size is not None else "",
        day_of(each.modified).isoformat() if each.modified else "",
        link(each.url) or inline(each.url, _MEANING),
    )


def _more(record: DatasetRecord, site: Site, language: Language, count: int) -> Iterator[str]:
    if count > 0:
        all_of_them = link(f"{site.absolute(addresses.dataset(record.path))}/datapackage.json")
        yield Text(f"ほか {count:,} 件: {all_of_them}", f"And {count:,} more: see {all_of_them}").get(language)
        yield ""
