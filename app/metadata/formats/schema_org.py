"""schema.org Dataset as search engines read it: plain strings in one language; also embedded in the dataset's page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.catalog import addresses, vocabularies
from app.kernel.text import Text
from app.metadata.citation import citation, sentence
from app.metadata.format import Format
from app.metadata.links import email_address, web_link
from app.metadata.words import (
    column_meaning,
    column_title,
    day_of_change,
    default_language,
    facts,
    filled,
    instant,
    interval,
    issued,
    media_type,
    one_line,
    place_name,
    places,
    property_of,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.addresses import Site
    from app.catalog.places import Place
    from app.catalog.record import Column, DatasetRecord, Link, ResourceRecord, StoredFile
    from app.kernel.text import Language

# What Google's guide for datasets asks of a description, in characters.
SHORTEST, LONGEST = 50, 5000
# A page of thousands of columns would be more description than dataset.
MAX_VARIABLES = 200

_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the description as UTF-8 JSON-LD."""
    return (json.dumps(description(record, site), ensure_ascii=False, indent=2) + "\n").encode()


def embedded(record: DatasetRecord, site: Site) -> str:
    """Write it for a `<script type="application/ld+json">`: nothing in it can end the element or the line."""
    return json.dumps(description(record, site), ensure_ascii=False).translate(_IN_SCRIPT)


FORMAT = Format(
    name="schema-org",
    title=Text("schema.org（検索エンジン向け）", "schema.org (for search engines)"),
    media_type="application/ld+json",
    suffix="/schema-org.jsonld",
    standard="https://schema.org/Dataset",
    profile="https://schema.org/",
    render=render,
)


def description(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """Describe the dataset in its default language."""
    default = default_language(record)
    page = site.absolute(addresses.dataset(record.path))
    title = title_of(record)
    return filled(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": page,
            "name": one_line(title.get(default)),
            "alternateName": one_line(title.get("en" if default == "ja" else "ja")) if title.ja and title.en else "",
            "description": long_enough(record),
            "url": page,
            "identifier": [page, record.id],
            "version": citation(record, site).version,
            "datePublished": instant(issued(record)),
            "dateModified": instant(record.changed),
            "license": web_link(record.license.url) or record.license.title.get(default) or record.license.name,
            "isAccessibleForFree": True,
            "conditionsOfAccess": vocabularies.ai_use_meaning(record.ai_use).get(default),
            "usageInfo": f"{page}/policy.jsonld",
            "creator": list(_creators(record, site)),
            "publisher": _publisher(record, site),
            "citation": sentence(citation(record, site)),
            "keywords": list(_keywords(record, default)),
            "inLanguage": list(record.languages),
            "temporalCoverage": interval(record.temporal),
            "spatialCoverage": [_place(words, place, default) for words, place in places(record)],
            "isBasedOn": [link for source in record.sources if (link := web_link(source.url))],
            "isPartOf": _series(record, site, default),
            "includedInDataCatalog": {"@type": "DataCatalog", "name": site.title.get(default), "url": site.url},
            "variableMeasured": [_variable(column, default) for column in _columns(record)][:MAX_VARIABLES],
            "distribution": [*_files(record, site), *_links(record)],
        }
    )


def long_enough(record: DatasetRecord) -> str:
    """Answer a description of 50 to 5,000 characters: a shorter one is followed by what the record knows."""
    default = default_language(record)
    words = record.description.get(default).strip()
    if len(words) < SHORTEST:
        known = facts(record).get(default)
        words = f"{words}\n\n{known}".strip() if words else f"{title_of(record).get(default)}\n\n{known}".strip()
    if len(words) < SHORTEST:
        at = day_of_change(record)
        words += Text(
            f" 最終更新日は{at}です。ファイルと詳しい説明は、このデータセットのページにあります。",
            f" Last updated on {at}. Files and further details are on the dataset’s page.",
        ).get(default)
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _creators(record: DatasetRecord, site: Site) -> Iterator[dict[str, Any]]:
    named = False
    for each in record.contributors:
        if {"creator", "author"} & set(each.roles) and (name := one_line(each.title or each.organization)):
            named = True
            yield filled({"@type": "Organization", "name": name, "url": web_link(each.url)})
    if not named:
        yield _publisher(record, site)


def _publisher(record: DatasetRecord, site: Site) -> dict[str, Any]:
    publisher, page = record.publisher, site.absolute(addresses.publisher(record.publisher.slug))
    contact = email_address(record.contact.email) or email_address(publisher.contact.email)
    point = {"@type": "ContactPoint", "contactType": "customer support", "email": contact} if contact else {}
    return filled(
        {
            "@type": "Organization",
            "@id": page,
            "name": publisher.title.get(default_language(record)) or publisher.slug,
            "url": web_link(publisher.homepage) or page,
            "contactPoint": point,
        }
    )


def _keywords(record: DatasetRecord, default: Language) -> Iterator[Any]:
    yield from record.keywords
    for code in record.themes:
        if theme := vocabularies.themes().get(code):
            yield {
                "@type": "DefinedTerm",
                "name": theme.title.get(default),
                "url": theme.iri,
                "inDefinedTermSet": vocabularies.themes().iri,
            }


def _place(words: str, place: Place | None, default: Language) -> dict[str, Any]:
    code = place.code if place else ""
    number = {"@type": "PropertyValue", "propertyID": "全国地方公共団体コード", "value": code} if code else {}
    return filled(
        {
            "@type": "Place",
            "name": one_line(place_name(words, place).get(default)),
            "identifier": number,
            "sameAs": place.geonames if place else web_link(words),
        }
    )


def _series(record: DatasetRecord, site: Site, default: Language) -> dict[str, Any]:
    if not record.in_series:
        return {}
    address = site.absolute(addresses.series(record.in_series.slug))
    return {"@type": "Dataset", "@id": address, "name": record.in_series.title.get(default), "url": address}


def _columns(record: DatasetRecord) -> Iterator[Column]:
    for resource in record.resources:
        if resource.table:
            yield from resource.table.columns


def _variable(column: Column, default: Language) -> dict[str, Any]:
    title = one_line(column_title(column).get(default))
    return filled(
        {
            "@type": "PropertyValue",
            "name": one_line(column.name) or title,
            "alternateName": title if title != one_line(column.name) else "",
            "description": column_meaning(column).get(default),
            "unitText": column.unit,
            "propertyID": property_of(column),
            "valueReference": web_link(column.code_list),
        }
    )


def _files(record: DatasetRecord, site: Site) -> Iterator[dict[str, Any]]:
    for resource in record.resources:
        for file in (resource.file, resource.parquet):
            if file:
                yield _file(record, resource, file, site)


def _file(record: DatasetRecord, resource: ResourceRecord, file: StoredFile, site: Site) -> dict[str, Any]:
    default = default_language(record)
    return filled(
        {
            "@type": "DataDownload",
            "name": one_line(resource.title.get(default)) or file.name,
            "description": resource.description.get(default),
            "contentUrl": site.absolute(addresses.data(record.path, file.name)),
            "contentSize": f"{file.size} B",
            "encodingFormat": media_type(file.media_type),
            "sha256": file.sha256,
        }
    )


def _links(record: DatasetRecord) -> Iterator[dict[str, Any]]:
    default = default_language(record)
    for link in record.links:
        if address := web_link(link.url):
            yield filled(
                {
                    "@type": "DataDownload",
                    "name": one_line(link.title.get(default)) or link.name,
                    "description": link.description.get(default),
                    "contentUrl": address,
                    "contentSize": f"{link.size} B" if link.size is not None else "",
                    "encodingFormat": _kind(link),
                }
            )


def _kind(link: Link) -> str:
    known = vocabularies.file_type(link.media_type) or vocabularies.file_type(link.format)
    return media_type(link.media_type) or (known.media_type if known else one_line(link.format))
