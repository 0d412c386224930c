"""Data Package v2: the descriptor of a version (datapackage.org, standard 2.0).

What the standard has no name for stands under names of our own, which it allows: `groups`, `provenance`, `caveats`,
`conformsTo`, `aiUse`, `series` and `nextUpdate` of the package, `unit` and `codeList` of a field.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.catalog.vocabularies import open_definition_name
from app.kernel.errors import NotFound
from app.kernel.text import LANGUAGES, Language, Text
from app.metadata.distributions import link_file_type, main_file_type
from app.metadata.format import Format
from app.metadata.links import email_address, web_link
from app.metadata.versions import version_name
from app.metadata.words import default_language, filled, instant, media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.addresses import Site
    from app.catalog.record import Column, Contributor, DatasetRecord, Link, ResourceRecord, Source, Table

PROFILES = "https://datapackage.org/profiles/2.0"

# The clean files are always written so; saying it keeps readers from guessing the delimiter from the rows.
DIALECT = {
    "$schema": f"{PROFILES}/tabledialect.json",
    "header": True,
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
}

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_LICENSE_NAME = re.compile(r"[-a-zA-Z0-9._]+")
_SAME_AS_PATH_AND_URL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\\%#?:]+")


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the descriptor as UTF-8 JSON. Raises `NotFound` where there is no file yet: a package has resources."""
    described = descriptor(record, site)
    if "resources" not in described:
        raise NotFound(
            Text(
                "最初の版が公開されると、データパッケージ記述を取得できます。",
                "The data package descriptor exists once a first version is published.",
            )
        )
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


FORMAT = Format(
    name="datapackage",
    title=Text("データパッケージ（Data Package v2）", "Data Package v2"),
    media_type="application/vnd.datapackage+json",
    suffix="/datapackage.json",
    standard="https://datapackage.org/standard/data-package/",
    profile=f"{PROFILES}/datapackage.json",
    render=render,
)


def descriptor(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """Describe the dataset and its version. Absent properties are left out, never null or empty."""
    default = default_language(record)
    page = site.absolute(addresses.dataset(record.path))
    here = [_resource(record, resource, site) for resource in record.resources]
    package = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": record.slug,
        "id": page,
        **_translated("title", record.title, default),
        **_translated("description", record.description, default),
        "languages": _languages(record),
        "homepage": page,
        "version": version_name(record.version) if record.version else "",
        "created": _created(record),
        "keywords": list(record.keywords),
        "licenses": _licenses(record, default),
        "contributors": list(_contributors(record, site, default)),
        "sources": [source for source in map(_source, record.sources) if source],
        **_beyond(record, default),
        "resources": [*here, *_links(record, default)],
    }
    return filled(package)


def _created(record: DatasetRecord) -> str:
    return instant(record.version.published if record.version else record.source_issued or record.created)


def _beyond(record: DatasetRecord, default: Language) -> dict[str, Any]:
    """Say what the standard has no properties for."""
    series = record.in_series.title if record.in_series else Text()
    ends = {"start": record.temporal.start, "end": record.temporal.end}
    return {
        "themes": list(record.themes),
        "spatial": list(record.spatial),
        "temporal": {name: day.isoformat() for name, day in ends.items() if day},
        "accrualPeriodicity": record.frequency,
        "versionNotes": record.version.notes if record.version else "",
        "groups": list(record.groups),
        **_translated("provenance", record.provenance, default),
        **_translated("caveats", record.caveats, default),
        "conformsTo": [link for standard in record.conforms_to if (link := web_link(standard))],
        "aiUse": record.ai_use,
        **_translated("series", record.series or series, default),
        "nextUpdate": record.next_due.isoformat() if record.next_due else "",
    }


def _languages(record: DatasetRecord) -> list[str]:
    """List the default language first (recipe "Language Support"), then those with a translation."""
    translations = [language for language in LANGUAGES if getattr(record.title, language)]
    return list(dict.fromkeys([*(record.languages or ("ja",)), *translations]))


def _translated(name: str, text: Text, default: Language) -> dict[str, str]:
    """Write the default language under the name, the other one under `name@language` (recipe "Translation Support")."""
    written = {name: text.get(default)}
    if text.ja and text.en:
        other: Language = "en" if default == "ja" else "ja"
        written[f"{name}@{other}"] = text.get(other)
    return written


def _licenses(record: DatasetRecord, default: Language) -> list[dict[str, str]]:
    name = open_definition_name(record.license.name)
    entry = filled(
        {
            "name": name if _LICENSE_NAME.fullmatch(name) else "",
            "path": web_link(record.license.url),
            "title": record.license.title.get(default),
        }
    )
    return [entry] if "name" in entry or "path" in entry else []


def _contributors(record: DatasetRecord, site: Site, default: Language) -> Iterator[dict[str, Any]]:
    publisher = record.publisher
    yield filled(
        {
            **_translated("title", publisher.title or Text(en=publisher.slug), default),
            "path": web_link(publisher.homepage) or site.absolute(addresses.publisher(publisher.slug)),
            "email": email_address(publisher.contact.email),
            "roles": ["publisher"],
        }
    )
    contact = filled(
        {
            "title": record.contact.name,
            "path": web_link(record.contact.url),
            "email": email_address(record.contact.email),
        }
    )
    if contact:
        yield contact | {"roles": ["contact"]}
    yield from filter(None, map(_contributor, record.contributors))


def _contributor(contributor: Contributor) -> dict[str, Any]:
    return filled(
        {
            "title": contributor.title,
            "path": web_link(contributor.url),
            "email": email_address(contributor.email),
            "organization": contributor.organization,
            "roles": list(contributor.roles),
        }
    )


def _source(source: Source) -> dict[str, str]:
    return filled(
        {
            "title": source.title,
            "path": web_link(source.url),
            "email": email_address(source.email),
            "version": source.version,
        }
    )


def _resource(record: DatasetRecord, resource: ResourceRecord, site: Site) -> dict[str, Any]:
    default = default_language(record)
    kind = main_file_type(resource)
    described = {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": resource.name,
        "type": "table" if resource.table else "",
        "path": _path(record, resource, site),
        **_translated("title", resource.title, default),
        **_translated("description", resource.description, default),
        "format": kind.name.lower() if kind else resource.format.lower(),
        "mediatype": resource.file.media_type,
        "encoding": "utf-8" if resource.table else resource.encoding,
        "bytes": resource.file.size,
        "hash": f"sha256:{resource.file.sha256}",
        "dialect": DIALECT if resource.table else {},
        "schema": _schema(resource.table) if resource.table else {},
    }
    return filled(described)


def _links(record: DatasetRecord, default: Language) -> Iterator[dict[str, Any]]:
    """Describe files elsewhere. Names must differ in a package, and links may share theirs or have none."""
    taken = {resource.name for resource in record.resources}
    for number, link in enumerate(record.links, start=1):
        if address := web_link(link.url):
            name = link.name if link.name and link.name not in taken else _free_name(f"link-{number}", taken)
            taken.add(name)
            yield _link(link, name, address, default)


def _free_name(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "-"
    return name


def _link(link: Link, name: str, address: str, default: Language) -> dict[str, Any]:
    kind = link_file_type(link)
    said = media_type(link.media_type)
    return filled(
        {
            "$schema": f"{PROFILES}/dataresource.json",
            "name": name,
            "path": address,
            **_translated("title", link.title, default),
            **_translated("description", link.description, default),
            "format": kind.name.lower() if kind else link.format.lower(),
            "mediatype": said if _MEDIA_TYPE.fullmatch(said) else (kind.media_type if kind else ""),
            "bytes": link.size if link.size is not None and link.size >= 0 else None,
        }
    )


def _path(record: DatasetRecord, resource: ResourceRecord, site: Site) -> str:
    """Answer a path that holds over HTTP and in an unpacked package alike; an odd file name has only an address."""
    if _SAME_AS_PATH_AND_URL.fullmatch(resource.file.name):
        return f"data/{resource.file.name}"
    return site.absolute(addresses.data(record.path, resource.file.name))


def _schema(table: Table) -> dict[str, Any]:
    schema = {key: value for key, value in table.schema.items() if key != "$schema"}
    columns = {column.name: column for column in table.columns}
    if isinstance(fields := schema.get("fields"), list):
        schema["fields"] = [_field(field, columns) for field in fields]
    return {"$schema": f"{PROFILES}/tableschema.json"} | schema


def _field(field: Any, columns: dict[str, Column]) -> Any:
    """Add what is known of the column; what the publisher's schema says itself stays as it is."""
    column = columns.get(str(field.get("name"))) if isinstance(field, dict) else None
    if column is None:
        return field
    known = filled({"unit": column.unit, "codeList": web_link(column.code_list)})
    return field | {name: value for name, value in known.items() if name not in field}
