"""Croissant 1.1 (docs.mlcommons.org/croissant) with the terms of its RAI extension 1.0, in Japanese and English.

Record sets read the Parquet file where there is one: it has types, and readers of CSV guess them, so that a code such
as 0120 becomes a number. Each file is a `DataDownload` of schema.org too, which search engines want.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from app.catalog import addresses, vocabularies
from app.kernel.text import Text
from app.metadata.citation import bibtex, citation
from app.metadata.croissant_tables import record_sets
from app.metadata.format import Format
from app.metadata.links import email_address, web_link
from app.metadata.words import (
    default_language,
    facts,
    filled,
    instant,
    interval,
    issued,
    media_type,
    personal_columns,
    place_name,
    places,
    plan,
    rows_apart,
    semantic_version,
    title_of,
)

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.places import Place
    from app.catalog.record import Contributor, DatasetRecord, Link, ResourceRecord, StoredFile
    from app.kernel.text import Language

STANDARD = "http://mlcommons.org/croissant/1.1"
RESPONSIBLE_AI = "http://mlcommons.org/croissant/RAI/1.0"
FILE = ["cr:FileObject", "sc:DataDownload"]
UNKNOWN = "application/octet-stream"
PARQUET, OLD_PARQUET = "application/vnd.apache.parquet", "application/x-parquet"
# So many kinds of changes are told; the provenance has all of them.
MAX_CHANGES = 50

# RFC 6838, 4.2, as far as the names of types in use go.
_MEDIA_TYPE = re.compile(r"[a-z]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")
_BY_LANGUAGE = {"@container": "@language"}
_OWN = (
    "arrayShape",
    "citeAs",
    "column",
    "containedIn",
    "equivalentProperty",
    "extract",
    "field",
    "fileProperty",
    "fileObject",
    "fileSet",
    "format",
    "includes",
    "isArray",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "sdVersion",
    "separator",
    "source",
    "subField",
    "transform",
    "annotation",
)


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the description as UTF-8 JSON-LD."""
    return (json.dumps(description(record, site), ensure_ascii=False, indent=2) + "\n").encode()


FORMAT = Format(
    name="croissant",
    title=Text("Croissant 1.1（機械学習向け）", "Croissant 1.1 (for machine learning)"),
    media_type=f'application/ld+json; profile="{STANDARD}"',
    suffix="/croissant.json",
    aliases=("/croissant.jsonld",),
    standard="https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html",
    profile=STANDARD,
    render=render,
)


def description(record: DatasetRecord, site: Site) -> dict[str, Any]:
    """Describe the dataset: what the standard asks for, what it advises, then what helps to judge the data."""
    default = default_language(record)
    page = site.absolute(addresses.dataset(record.path))
    return filled(
        {
            "@context": _context(default),
            "@id": page,
            "@type": "sc:Dataset",
            "conformsTo": [STANDARD, RESPONSIBLE_AI],
            "name": by_language(title_of(record)),
            "description": by_language(record.description or facts(record)),
            "alternateName": record.slug,
            "identifier": record.id,
            "url": page,
            "license": _license(record, default),
            "creator": _creators(record, site),
            "publisher": _publisher(record, site),
            "datePublished": instant(issued(record)),
            "dateCreated": instant(record.created),
            "dateModified": instant(record.changed),
            "version": semantic_version(record),
            "sdVersion": f"{record.revision}.0.0",
            "sdPublisher": {"@type": "sc:Organization", "name": site.publisher.get(default), "url": site.url},
            "keywords": list(record.keywords),
            "inLanguage": list(record.languages),
            "isAccessibleForFree": True,
            "includedInDataCatalog": {"@type": "sc:DataCatalog", "name": site.title.get(default), "url": site.url},
            "temporalCoverage": interval(record.temporal),
            "spatialCoverage": [_place(*each) for each in places(record)],
            "citeAs": bibtex(citation(record, site)),
            "isLiveDataset": bool(record.links),
            "usageInfo": {"@type": ["sc:CreativeWork", "odrl:Offer"], "@id": f"{page}/policy.jsonld"},
            **_responsible(record, default),
            **_provenance(record, site),
            "distribution": [*_files(record, site), *_links(record, page)],
            "recordSet": record_sets(record, site),
        }
    )


def by_language(text: Text) -> dict[str, str]:
    """Write both sides of a text as a language map."""
    return dict(text.both())


def _context(default: Language) -> dict[str, Any]:
    return {
        "@language": default,
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "prov": "http://www.w3.org/ns/prov#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "conformsTo": "dct:conformsTo",
        "name": _BY_LANGUAGE,
        "description": _BY_LANGUAGE,
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        **{name: f"cr:{name}" for name in _OWN},
    }


def _license(record: DatasetRecord, default: Language) -> Any:
    """Answer the terms' address, or else their name; where nothing is known, that is what must be said."""
    if link := web_link(record.license.url):
        return link
    words = record.license.title.get(default) or record.license.name
    unknown = Text("利用条件は示されていません。", "No terms of use are stated.")
    return {"@type": "sc:CreativeWork", "name": by_language(Text(**{default: words}) if words else unknown)}


def _creators(record: DatasetRecord, site: Site) -> list[dict[str, Any]]:
    creators = [_contributor(each) for each in record.contributors if {"creator", "author"} & set(each.roles)]
    return [each for each in creators if "name" in each] or [_publisher(record, site)]


def _contributor(contributor: Contributor) -> dict[str, Any]:
    """Whether it is a person is not said, and an organization may sign as a person does."""
    return filled(
        {
            "@type": "sc:Organization",
            "name": contributor.title or contributor.organization,
            "url": web_link(contributor.url),
            "email": email_address(contributor.email),
        }
    )


def _publisher(record: DatasetRecord, site: Site) -> dict[str, Any]:
    publisher = record.publisher
    return filled(
        {
            "@type": "sc:Organization",
            "@id": site.absolute(addresses.publisher(publisher.slug)),
            "name": by_language(publisher.title or Text(en=publisher.slug)),
            "url": web_link(publisher.homepage) or site.absolute(addresses.publisher(publisher.slug)),
            "email": email_address(publisher.contact.email),
        }
    )


def _place(words: str, place: Place | None) -> dict[str, Any]:
    same = place.geonames if place else web_link(words)
    return filled({"@type": "sc:Place", "name": by_language(place_name(words, place)), "sameAs": same})


def _files(record: DatasetRecord, site: Site) -> list[dict[str, Any]]:
    return [
        _file(record, resource, file, site)
        for resource in record.resources
        for file in (resource.file, resource.parquet)
        if file
    ]


def _file(record: DatasetRecord, resource: ResourceRecord, file: StoredFile, site: Site) -> dict[str, Any]:
    address = site.absolute(addresses.data(record.path, file.name))
    return filled(
        {
            "@type": FILE,
            "@id": address,
            "name": file.name,
            "description": by_language(resource.description or resource.title),
            "contentUrl": address,
            "contentSize": f"{file.size} B",
            "encodingFormat": _encoding(file),
            "sha256": file.sha256,
            "prov:wasGeneratedBy": _cleaning(record, resource, site),
        }
    )


def _encoding(file: StoredFile) -> str | list[str]:
    """Answer the media type; readers still look for the name that Parquet had before it was registered."""
    kind = media_type(file.media_type) or UNKNOWN
    return [kind, OLD_PARQUET] if kind == PARQUET else kind


def _cleaning(record: DatasetRecord, resource: ResourceRecord, site: Site) -> dict[str, Any]:
    """Name the step that made the file; the provenance (PROV-O) tells it in full under the same name."""
    if not resource.intake:
        return {}
    page = site.absolute(addresses.dataset(record.path))
    return {"@type": "prov:Activity", "@id": f"{page}#cleaning-{resource.id}", "rdfs:seeAlso": {"@id": _trail(page)}}


def _trail(page: str) -> str:
    return f"{page}/provenance.ttl"


def _links(record: DatasetRecord, page: str) -> list[dict[str, Any]]:
    """Describe files elsewhere. They may change at any time: no checksum, and the dataset counts as live."""
    return [
        filled(
            {
                "@type": FILE,
                "@id": f"{page}#link-{number}",
                "name": link.name or f"link-{number}",
                "description": by_language(link.description or link.title),
                "contentUrl": address,
                "contentSize": f"{link.size} B" if link.size is not None else "",
                "encodingFormat": _kind(link),
            }
        )
        for number, link in enumerate(record.links, start=1)
        if (address := web_link(link.url))
    ]


def _kind(link: Link) -> str:
    said = media_type(link.media_type)
    known = vocabularies.file_type(link.format) or vocabularies.file_type(said)
    return said if _MEDIA_TYPE.fullmatch(said) else (known.media_type if known else UNKNOWN)


def _responsible(record: DatasetRecord, default: Language) -> dict[str, Any]:
    """Say what is known; use cases, biases and social impact, which nobody said, are left out."""
    return {
        "rai:dataCollection": record.provenance.get(default),
        "rai:dataCollectionMissingData": _missing(record).get(default),
        "rai:dataPreprocessingProtocol": _changes(record)[:MAX_CHANGES],
        "rai:dataReleaseMaintenancePlan": plan(record).get(default),
        "rai:personalSensitiveInformation": _personal(record, default),
        "rai:dataLimitations": [words for words in (record.caveats.get(default), _apart(record).get(default)) if words],
    }


def _missing(record: DatasetRecord) -> Text:
    profiles = [
        (column.profile, resource.table.rows)
        for resource in record.resources
        if resource.table
        for column in resource.table.columns
        if column.profile
    ]
    empty, cells = sum(profile.missing for profile, _ in profiles), sum(rows for _, rows in profiles)
    if not cells:
        return Text()
    return Text(
        f"値のないセルは空のままです（{cells:,}セルのうち{empty:,}）。",
        f"Cells without a value are left empty: {empty:,} of {cells:,}.",
    )


def _changes(record: DatasetRecord) -> list[str]:
    return [
        f"{resource.name}{f' / {repair.column}' if repair.column else ''}: {repair.rule} × {repair.count}"
        for resource in record.resources
        if resource.intake
        for repair in resource.intake.repairs
    ]


def _personal(record: DatasetRecord, default: Language) -> list[str]:
    return [
        Text(f"人に関する値を含みうる列: {column}", f"A column that may tell of persons: {column}").get(default)
        for column in personal_columns(record)
    ]


def _apart(record: DatasetRecord) -> Text:
    count = rows_apart(record)
    if not count:
        return Text()
    return Text(
        f"受け取った行のうち{count:,}行は、表の行ではないため公開した表に含まれません。",
        f"{count:,} rows of the file as sent are not in the published table.",
    )


def _provenance(record: DatasetRecord, site: Site) -> dict[str, Any]:
    sources = [link for source in record.sources if (link := web_link(source.url))]
    earlier = [each.number for each in record.versions if record.version and each.number < record.version.number]
    before = [site.absolute(addresses.version(record.slug, earlier[0]))] if earlier else []
    return {
        "prov:wasDerivedFrom": [{"@id": link} for link in dict.fromkeys(sources)],
        "prov:wasRevisionOf": [{"@id": link} for link in before],
        "prov:wasAttributedTo": {"@id": site.absolute(addresses.publisher(record.publisher.slug))},
        "rdfs:seeAlso": {"@id": _trail(site.absolute(addresses.dataset(record.path)))},
    }
