"""CSL-JSON (citationstyles.org, csl-data 1.0): the citation of a dataset for any citation style."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.kernel.text import Text
from app.metadata.citation import citation
from app.metadata.format import Format
from app.metadata.words import filled

if TYPE_CHECKING:
    from datetime import date

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write a list of one item, as the schema wants it."""
    return (json.dumps([item(record, site)], ensure_ascii=False, indent=2) + "\n").encode()


FORMAT = Format(
    name="csl",
    title=Text("引用（CSL-JSON）", "Citation (CSL-JSON)"),
    media_type="application/vnd.citationstyles.csl+json",
    suffix="/citation.json",
    standard="https://docs.citationstyles.org/",
    render=render,
)


def item(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """Cite the dataset; authors are literal names, because nobody said which part is the family's."""
    cited = citation(record, site)
    return filled(
        {
            "id": cited.key,
            "type": "dataset",
            "title": cited.title,
            "author": [{"literal": name} for name in cited.authors],
            "publisher": cited.publisher,
            "issued": _day(cited.changed),
            "original-date": _day(cited.issued) if cited.issued != cited.changed else {},
            "version": cited.version,
            "URL": cited.url,
            "language": cited.language,
        }
    )


def _day(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
