"""All metadata formats. A new one is a line here and a file in `formats/`; everything else follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.metadata.formats import (
    bibtex,
    croissant,
    csl,
    csvw,
    datapackage,
    dcat,
    dcat_jsonld,
    dcat_nt,
    dcat_us,
    dcat_xml,
    dqv,
    markdown,
    odrl,
    prov,
    schema_org,
)

if TYPE_CHECKING:
    from app.metadata.format import Format

FORMATS: tuple[Format, ...] = (
    datapackage.FORMAT,
    dcat.FORMAT,
    dcat_xml.FORMAT,
    dcat_jsonld.FORMAT,
    dcat_nt.FORMAT,
    schema_org.FORMAT,
    croissant.FORMAT,
    csvw.FORMAT,
    dqv.FORMAT,
    prov.FORMAT,
    odrl.FORMAT,
    dcat_us.FORMAT,
    markdown.FORMAT,
    bibtex.FORMAT,
    csl.FORMAT,
)


def by_name(name: str) -> Format | None:
    """Find a format by its name in links, tools and commands."""
    return next((known for known in FORMATS if known.name == name), None)
