"""DCAT-US 1.1 (resources.data.gov, Project Open Data): the dataset as an entry of a `data.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.catalog import addresses, vocabularies
from app.catalog.record import Access
from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.links import email_address, mail_link, web_link
from app.metadata.words import (
    default_language,
    facts,
    filled,
    instant,
    issued,
    media_type,
    one_line,
    place_name,
    places,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, Link, ResourceRecord, StoredFile

# EU frequency code -> ISO 8601 repeating duration, as the schema lists them.
PERIODS = {
    "DECENNIAL": "R/P10Y",
    "QUADRENNIAL": "R/P4Y",
    "TRIENNIAL": "R/P3Y",
    "BIENNIAL": "R/P2Y",
    "ANNUAL": "R/P1Y",
    "ANNUAL_2": "R/P6M",
    "ANNUAL_3": "R/P4M",
    "QUARTERLY": "R/P3M",
    "BIMONTHLY": "R/P2M",
    "MONTHLY": "R/P1M",
    "MONTHLY_2": "R/P0.5M",
    "MONTHLY_3": "R/P0.33M",
    "BIWEEKLY": "R/P2W",
    "WEEKLY": "R/P1W",
    "WEEKLY_2": "R/P3.5D",
    "WEEKLY_3": "R/P0.33W",
    "DAILY": "R/P1D",
    "HOURLY": "R/PT1H",
    "UPDATE_CONT": "R/PT1S",
    "CONT": "R/PT1S",
    "IRREG": "irregular",
}
# The schema asks for an address in every entry; `.invalid` (RFC 2606) says that there is none.
NO_ADDRESS = "nobody@example.invalid"


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the entry as UTF-8 JSON."""
    return (json.dumps(entry(record, site), ensure_ascii=False, indent=2) + "\n").encode()


FORMAT = Format(
    name="dcat-us",
    title=Text("DCAT-US 1.1（data.json の項目）", "DCAT-US 1.1 (entry of a data.json)"),
    media_type="application/json",
    suffix="/dcat-us.json",
    standard="https://resources.data.gov/resources/dcat-us/",
    profile="https://project-open-data.cio.gov/v1.1/schema",
    render=render,
)


def entry(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """Describe the dataset; `bureauCode` and `programCode` are for agencies of the United States only."""
    default = default_language(record)
    page = site.absolute(addresses.dataset(record.path))
    title = one_line(title_of(record).get(default))
    return filled(
        {
            "@type": "dcat:Dataset",
            "title": title,
            "description": record.description.get(default).strip() or facts(record).get(default),
            "keyword": _keywords(record) or [title],
            "modified": instant(record.changed),
            "issued": instant(issued(record)),
            "publisher": _publisher(record),
            "contactPoint": _contact(record, site),
            "identifier": page,
            "accessLevel": "public" if record.access is Access.PUBLIC else "non-public",
            "license": web_link(record.license.url),
            "accrualPeriodicity": PERIODS.get(record.frequency, ""),
            "landingPage": page,
            "language": list(record.languages),
            "spatial": "; ".join(one_line(place_name(*each).get(default)) for each in places(record)),
            "temporal": _temporal(record),
            "theme": _themes(record),
            "references": [link for source in record.sources if (link := web_link(source.url))],
            "isPartOf": site.absolute(addresses.series(record.in_series.slug)) if record.in_series else "",
            "describedBy": f"{page}/datapackage.json" if record.resources else "",
            "describedByType": "application/vnd.datapackage+json" if record.resources else "",
            "distribution": [*_files(record, site), *_links(record)],
        }
    )


def _keywords(record: DatasetRecord) -> list[str]:
    return list(dict.fromkeys(words for each in record.keywords if (words := one_line(each))))


def _themes(record: DatasetRecord) -> list[str]:
    known = (vocabularies.themes().get(code) for code in record.themes)
    return list(dict.fromkeys(theme.title.get(default_language(record)) for theme in known if theme))


def _publisher(record: DatasetRecord) -> dict[str, str]:
    publisher = record.publisher
    return {"@type": "org:Organization", "name": publisher.title.get(default_language(record)) or publisher.slug}


def _contact(record: DatasetRecord, site: Site) -> dict[str, str]:
    given = (record.contact.email, record.publisher.contact.email, site.email)
    address = next((each for each in given if email_address(each)), NO_ADDRESS)
    name = one_line(record.contact.name) or one_line(record.publisher.contact.name) or _publisher(record)["name"]
    return {"@type": "vcard:Contact", "fn": name, "hasEmail": mail_link(address)}


def _temporal(record: DatasetRecord) -> str:
    """Answer a closed interval: the schema has no other."""
    period = record.temporal
    return f"{period.start}/{period.end}" if period.start and period.end else ""


def _files(record: DatasetRecord, site: Site) -> Iterator[dict[str, Any]]:
    for resource in record.resources:
        for file in (resource.file, resource.parquet):
            if file:
                yield _file(record, resource, file, site)


def _file(record: DatasetRecord, resource: ResourceRecord, file: StoredFile, site: Site) -> dict[str, Any]:
    default = default_language(record)
    kind = vocabularies.file_type(file.media_type)
    return filled(
        {
            "@type": "dcat:Distribution",
            "title": one_line(resource.title.get(default)) or file.name,
            "description": resource.description.get(default).strip(),
            "downloadURL": site.absolute(addresses.data(record.path, file.name)),
            "mediaType": media_type(file.media_type) or "application/octet-stream",
            "format": kind.name if kind else resource.format,
        }
    )


def _links(record: DatasetRecord) -> Iterator[dict[str, Any]]:
    default = default_language(record)
    for link in record.links:
        if address := web_link(link.url):
            described = {
                "@type": "dcat:Distribution",
                "title": one_line(link.title.get(default)) or link.name,
                "description": link.description.get(default).strip(),
                "format": link.format,
            }
            yield filled(described | _place_of(link, address))


def _place_of(link: Link, address: str) -> dict[str, str]:
    """A download must say its media type; where that is not known, the address is one to look at."""
    known = vocabularies.file_type(link.media_type) or vocabularies.file_type(link.format)
    return {"downloadURL": address, "mediaType": known.media_type} if known else {"accessURL": address}
