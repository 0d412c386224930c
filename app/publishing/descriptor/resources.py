"""The resources of a package: their names, their content and what is said of each."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from app.publishing.descriptor.checks import is_count
from app.publishing.descriptor.dialect import read_dialect
from app.publishing.descriptor.encodings import encoding_of
from app.publishing.descriptor.names import name_as_given, name_from, name_is_allowed, name_key, unused_name
from app.publishing.descriptor.package import ResourceDescription
from app.publishing.descriptor.paths import packaged
from app.publishing.descriptor.reading import Reading
from app.publishing.descriptor.schema import read_schema
from app.publishing.descriptor.texts import line_in, text_in
from app.publishing.descriptor.values import first_of, line_of, listed, match_of, shown, suffix_of

_PATH_KEYS = ("path", "url", "uri")
_TABULAR = frozenset({"tabular-data-resource", "table"})
_FORMAT = re.compile(r"[a-z0-9][a-z0-9 .+-]{0,19}")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}")
_HASH = re.compile(r"(?:[a-z0-9-]{2,20}:)?[0-9a-f]{32,128}", re.IGNORECASE)


def read_resources(given: list[Any], reading: Reading) -> tuple[ResourceDescription, ...]:
    """Read them all; no two may share a name or a file."""
    names: set[str] = set()
    paths: set[str] = set()
    resources = []
    for number, value in enumerate(given, 1):
        if not isinstance(value, dict):
            reading.report("resource-not-object", number=number)
            continue
        name = _name(value, number, names, reading)
        resource = _resource(value, name, reading.within(name))
        if resource.path is not None:
            if resource.path in paths:
                reading.within(name).report("duplicate-resource-path", value=resource.path)
            paths.add(resource.path)
        resources.append(resource)
    return tuple(resources)


def _name(value: dict[str, Any], number: int, names: set[str], reading: Reading) -> str:
    name = unicodedata.normalize("NFC", name_as_given(value.get("name")))
    if not name:
        path = first_of(value, *_PATH_KEYS)
        name = unused_name(name_from(path, "resource") if isinstance(path, str) else f"resource-{number}", names)
        reading.report("resource-without-name", number=number, name=name)
        return name
    if not name_is_allowed(name):
        reading.report("name-not-allowed", value=name)
    if name_key(name) in names:
        reading.report("duplicate-resource-name", value=name)
    names.add(name_key(name))
    return name


def _resource(value: dict[str, Any], name: str, reading: Reading) -> ResourceDescription:
    path = _path(value, reading)
    data = value.get("data")
    _check_content(value, data, reading)
    schema = read_schema(value.get("schema"), reading)
    return ResourceDescription(
        name,
        path,
        data,
        type="table" if schema is not None or _is_called_table(value) else "",
        title=line_in(value, "title"),
        description=text_in(value, "description"),
        format=_format(value.get("format"), path),
        mediatype=match_of(_MEDIA_TYPE, value.get("mediatype")),
        encoding=reading.understand(encoding_of, "encoding", value.get("encoding")),
        dialect=read_dialect(value.get("dialect"), reading),
        schema=schema,
        hash=reading.understand(lambda given: match_of(_HASH, given), "hash", value.get("hash")),
        bytes=value["bytes"] if is_count(value.get("bytes")) else None,
    )


def _is_called_table(value: dict[str, Any]) -> bool:
    kinds = (value.get("profile"), value.get("type"))
    return all(isinstance(kind, str | None) for kind in kinds) and not _TABULAR.isdisjoint(kinds)


def _format(value: Any, path: str | None) -> str:
    return match_of(_FORMAT, line_of(value).lower().removeprefix(".")) or (suffix_of(path) if path else "")


def _check_content(value: dict[str, Any], data: Any, reading: Reading) -> None:
    stated = first_of(value, *_PATH_KEYS) is not None
    if data is None and not stated:
        reading.report("resource-without-data")
    elif data is not None and stated:
        reading.report("resource-path-and-data")
    elif data is not None and not isinstance(data, list | dict | str):
        reading.report("inline-data-not-understood", value=shown(data))


def _path(value: dict[str, Any], reading: Reading) -> str | None:
    paths = listed(first_of(value, *_PATH_KEYS))
    if len(paths) > 1 or first_of(value, "extrapaths") is not None:
        reading.report("multipart-resource")
        return None
    if not paths:
        return None
    if not isinstance(paths[0], str):
        reading.report("path-not-allowed", value=shown(paths[0]))
        return None
    return packaged(paths[0], reading, remote="path-is-remote")
