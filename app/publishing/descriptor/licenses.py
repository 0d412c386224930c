"""The terms of use that a descriptor states."""

from __future__ import annotations

from typing import Any

from app.catalog.record import License
from app.catalog.vocabularies import license_of
from app.publishing.descriptor.texts import line_in
from app.publishing.descriptor.values import first_of, line_of, link_of, listed


def read_licenses(descriptor: dict[str, Any], resources: list[Any]) -> tuple[License, ...]:
    """Read the terms of the package, or those its resources state where it states none."""
    found = _stated(descriptor) or [
        terms for resource in resources if isinstance(resource, dict) for terms in _stated(resource)
    ]
    return tuple(dict.fromkeys(found))


def _stated(owner: dict[str, Any]) -> list[License]:
    values = [*listed(owner.get("licenses")), *listed(owner.get("license"))]
    return [terms for value in values if (terms := _license(value))]


def _license(value: Any) -> License | None:
    if isinstance(value, str):
        value = {"path": value} if link_of(value) else {"name": value}
    if not isinstance(value, dict):
        return None
    name = line_of(first_of(value, "name", "type", "id"))
    title = line_in(value, "title")
    link = link_of(first_of(value, "path", "url"))
    return license_of(name, link, title.ja or title.en) if name or title or link else None
