"""All metadata formats. A new one is a line here and a file in `formats/`; everything else follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.metadata.formats import datapackage, dcat

if TYPE_CHECKING:
    from app.metadata.format import Format

FORMATS: tuple[Format, ...] = (
    datapackage.FORMAT,
    dcat.FORMAT,
)


def by_name(name: str) -> Format | None:
    """Find a format by its name in links, tools and commands."""
    return next((known for known in FORMATS if known.name == name), None)


def by_suffix(suffix: str) -> Format | None:
    """Find a format by what follows `/dataset/{slug}` in its address."""
    return next((known for known in FORMATS if known.suffix == suffix), None)


def by_media_type(media_type: str) -> Format | None:
    """Find the first format of a media type; parameters and case do not matter (RFC 9110, 8.3.1)."""
    wanted = media_type.partition(";")[0].strip().lower()
    return next((known for known in FORMATS if known.media_type == wanted), None)
