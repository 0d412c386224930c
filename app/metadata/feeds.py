"""Feeds of what changed: Atom (RFC 4287, paged by RFC 5005) and JSON Feed 1.1 (jsonfeed.org), from the same entries.

Entries are known by UUIDs and feeds by `tag:` names (RFC 4151), so that nothing looks new after the portal has moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import msgspec

from app.catalog import addresses
from app.kernel.text import Language, Text
from app.metadata.rdf import clean
from app.metadata.versions import version_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, VersionRecord

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
JSON_FEED_VERSION = "https://jsonfeed.org/version/1.1"

# A feed must say when it changed; one without entries never did.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_SUMMARY = 1000
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that changed. `updated` is when; `published` when it first came, where that is known."""

    id: str
    url: str
    title: Text
    summary: Text
    author: Text
    updated: datetime
    published: datetime | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """Entries, the newest first. `page` is for people; `address` is the feed's own.

    `others` are the addresses of its other pages by their relation: first, previous, next, last.
    """

    id: str
    title: Text
    author: Text
    page: str
    address: str
    entries: tuple[Entry, ...]
    others: Mapping[str, str]

    @property
    def updated(self) -> datetime:
        """When anything here changed last."""
        return max((entry.updated for entry in self.entries), default=NEVER)


def feed_id(site: Site, path: str) -> str:
    """Name a feed for good: by its path at this portal, in whatever format."""
    host = urlsplit(site.url).hostname or "localhost"
    return f"tag:{host},2026:{quote(path, safe='/?&=%')}"


def entry_of_dataset(record: DatasetRecord, site: Site) -> Entry:
    """Tell of a dataset: it changed when its data or its description did."""
    return Entry(
        id=f"urn:uuid:{record.id}",
        url=site.absolute(addresses.dataset(record.slug)),
        title=record.title or Text(en=record.slug),
        summary=record.description,
        author=record.publisher.title or Text(en=record.publisher.slug),
        updated=record.modified,
        published=record.issued,
        keywords=record.keywords,
    )


def entry_of_version(record: DatasetRecord, version: VersionRecord, site: Site) -> Entry:
    """Tell of a version of a dataset, with what its publisher noted."""
    title = record.title or Text(en=record.slug)
    name = version_name(version)
    return Entry(
        id=f"urn:uuid:{version.id}",
        url=site.absolute(addresses.version(record.slug, version.number)),
        title=Text(f"{title.get('ja')}（版 {name}）", f"{title.get('en')}, version {name}"),
        summary=Text(version.notes or "新しい版が公開されました。", version.notes or "A new version was published."),
        author=record.publisher.title or Text(en=record.publisher.slug),
        updated=version.published,
        published=version.published,
    )


def as_atom(feed: Feed, language: Language) -> bytes:
    """Write an Atom feed document. Texts say in their tags which language they are in."""
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", _XML_LANG: language})
    _add(root, "id", feed.id)
    _add_text(root, "title", feed.title, language)
    _add(root, "updated", _time(feed.updated))
    _add_author(root, feed.author, language)
    ET.SubElement(root, "link", {"rel": "self", "type": ATOM, "href": feed.address})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    for relation, address in feed.others.items():
        ET.SubElement(root, "link", {"rel": relation, "type": ATOM, "href": address})
    for entry in feed.entries:
        _add_entry(root, entry, language)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def as_json_feed(feed: Feed, language: Language) -> bytes:
    """Write a JSON Feed document."""
    document = {
        "version": JSON_FEED_VERSION,
        "title": clean(feed.title.get(language)),
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": language,
        "authors": [{"name": clean(feed.author.get(language))}],
        "items": [_item(entry, language) for entry in feed.entries],
    }
    if following := feed.others.get("next"):
        document["next_url"] = following
    return msgspec.json.encode(document)


def _item(entry: Entry, language: Language) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "title": clean(entry.title.get(language)),
        "content_text": _summary(entry, language) or clean(entry.title.get(language)),
        "date_modified": _time(entry.updated),
        "authors": [{"name": clean(entry.author.get(language))}],
        "tags": [clean(keyword) for keyword in entry.keywords],
        "language": entry.title.language(language),
    }
    if entry.published:
        item["date_published"] = _time(entry.published)
    return item


def _add_entry(root: ET.Element, entry: Entry, language: Language) -> None:
    element = ET.SubElement(root, "entry")
    _add(element, "id", entry.id)
    _add_text(element, "title", entry.title, language)
    _add(element, "updated", _time(entry.updated))
    if entry.published:
        _add(element, "published", _time(entry.published))
    _add_author(element, entry.author, language)
    ET.SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": entry.url})
    for keyword in entry.keywords:
        ET.SubElement(element, "category", {"term": clean(keyword)})
    summary = _add(element, "summary", _summary(entry, language))
    summary.set(_XML_LANG, entry.summary.language(language))


def _add_author(parent: ET.Element, author: Text, language: Language) -> None:
    _add_text(ET.SubElement(parent, "author"), "name", author, language)


def _add_text(parent: ET.Element, name: str, text: Text, language: Language) -> None:
    element = _add(parent, name, text.get(language))
    if (spoken := text.language(language)) != language:
        element.set(_XML_LANG, spoken)


def _add(parent: ET.Element, name: str, words: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = clean(words)
    return element


def _summary(entry: Entry, language: Language) -> str:
    words = clean(entry.summary.get(language))
    return words if len(words) <= _SUMMARY else words[:_SUMMARY] + "…"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
