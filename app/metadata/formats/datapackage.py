"""Data Package v2: the descriptor of the current version (datapackage.org, standard 2.0)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.catalog.vocabularies import open_definition_name
from app.kernel.errors import NotFound
from app.kernel.text import LANGUAGES, Language, Text
from app.metadata.distributions import main_file_type
from app.metadata.format import Format
from app.metadata.links import email_address, web_link
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.catalog.addresses import Site
    from app.catalog.record import Contributor, DatasetRecord, ResourceRecord, Source, Table

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

_LICENSE_NAME = re.compile(r"[-a-zA-Z0-9._]+")
_SAME_AS_PATH_AND_URL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\\%#?:]+")


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the descriptor as UTF-8 JSON. Raises `NotFound` while nothing is published: a package has resources."""
    if not record.resources:
        raise NotFound(
            Text(
                "最初の版が公開されると、データパッケージ記述を取得できます。",
                "The data package descriptor exists once a first version is published.",
            )
        )
    return (json.dumps(descriptor(record, site), ensure_ascii=False, indent=2) + "\n").encode()


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
    """Describe the dataset and its current version. Absent properties are left out, never null or empty."""
    default = _default_language(record)
    page = site.absolute(addresses.dataset(record.slug))
    package = {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": record.slug,
        "id": page,
        **_translated("title", record.title, default),
        **_translated("description", record.description, default),
        "languages": _languages(record),
        "homepage": page,
        "version": version_name(record.version) if record.version else "",
        "created": _instant(record.version.published if record.version else record.created),
        "keywords": list(record.keywords),
        "licenses": _licenses(record, default),
        "contributors": list(_contributors(record, site, default)),
        "sources": [source for source in map(_source, record.sources) if source],
        "resources": [_resource(record, resource, site) for resource in record.resources],
    }
    return _filled(package)


def _default_language(record: DatasetRecord) -> Language:
    return "en" if record.languages and record.languages[0] == "en" else "ja"


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
    entry = _filled(
        {
            "name": name if _LICENSE_NAME.fullmatch(name) else "",
            "path": web_link(record.license.url),
            "title": record.license.title.get(default),
        }
    )
    return [entry] if "name" in entry or "path" in entry else []


def _contributors(record: DatasetRecord, site: Site, default: Language) -> Iterator[dict[str, Any]]:
    publisher = record.publisher
    yield _filled(
        {
            **_translated("title", publisher.title or Text(en=publisher.slug), default),
            "path": web_link(publisher.homepage) or site.absolute(addresses.publisher(publisher.slug)),
            "email": email_address(publisher.contact.email),
            "roles": ["publisher"],
        }
    )
    contact = _filled(
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
    return _filled(
        {
            "title": contributor.title,
            "path": web_link(contributor.url),
            "email": email_address(contributor.email),
            "organization": contributor.organization,
            "roles": list(contributor.roles),
        }
    )


def _source(source: Source) -> dict[str, str]:
    return _filled(
        {
            "title": source.title,
            "path": web_link(source.url),
            "email": email_address(source.email),
            "version": source.version,
        }
    )


def _resource(record: DatasetRecord, resource: ResourceRecord, site: Site) -> dict[str, Any]:
    default = _default_language(record)
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
    return _filled(described)


def _path(record: DatasetRecord, resource: ResourceRecord, site: Site) -> str:
    """Answer a path that holds over HTTP and in an unpacked package alike; an odd file name has only an address."""
    if _SAME_AS_PATH_AND_URL.fullmatch(resource.file.name):
        return f"data/{resource.file.name}"
    return site.absolute(addresses.data(record.slug, resource.file.name))


def _schema(table: Table) -> dict[str, Any]:
    return {"$schema": f"{PROFILES}/tableschema.json"} | {
        key: value for key, value in table.schema.items() if key != "$schema"
    }


def _instant(moment: datetime) -> str:
    """Write RFC 3339."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _filled(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value not in ("", [], {})}
