"""Sitemaps (sitemaps.org, protocol 0.9): every page that readers can find, each with the time of its last change.

Written as records pass by, part after part, so that a catalogue of any size takes the same memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from app.catalog import addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import Protocol

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

    class Sink(Protocol):
        """Where a part's bytes go."""

        def write(self, content: bytes, /) -> object:
            """Take the next bytes."""


NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The protocol's limits: addresses in a part, and characters in an address.
PART_URLS = 50_000
URL_LENGTH = 2047

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def part_name(number: int) -> str:
    """What part `number`, counted from 1, is called among the generated files."""
    return f"sitemap-{number}.xml"


class SitemapWriter:
    """Takes records and writes the parts; `opened` gives it a file for each part by its name."""

    def __init__(self, site: Site, opened: Callable[[str], Sink], *, part_urls: int = PART_URLS) -> None:
        self._site = site
        self._opened = opened
        self._part_urls = part_urls
        self._part: Sink | None = None
        self._in_part = 0
        self._changes: list[datetime | None] = []
        # Pages that are about many datasets changed when the last of these did.
        self._shared: dict[str, datetime] = {}
        self._last: datetime | None = None

    def add(self, record: DatasetRecord) -> None:
        """Write the pages of a dataset: its own, and those of its files."""
        self._write(addresses.dataset(record.slug), record.modified)
        changed = record.version.published if record.version else record.modified
        for resource in record.resources:
            self._write(addresses.resource(record.slug, resource.name), changed)
        self._remember(addresses.publisher(record.publisher.slug), record.modified)
        if record.in_series:
            self._remember(addresses.series(record.in_series.slug), record.modified)
        self._last = max(self._last, record.modified) if self._last else record.modified

    def close(self) -> None:
        """Write the pages that belong to many datasets, and the index of all parts."""
        for path, changed in sorted(self._shared.items()):
            self._write(path, changed)
        self._write("/", self._last)
        self._end_part()
        self._opened("sitemap.xml").write("".join(self._index()).encode())

    def _remember(self, path: str, changed: datetime) -> None:
        known = self._shared.get(path)
        self._shared[path] = max(known, changed) if known else changed

    def _write(self, path: str, changed: datetime | None) -> None:
        location = escape(self._site.absolute(path))
        if len(location) > URL_LENGTH:
            return
        if self._part is None or self._in_part >= self._part_urls:
            self._begin_part()
        if self._part:
            self._part.write(f"<url><loc>{location}</loc>{_last_change(changed)}</url>\n".encode())
        self._in_part += 1
        before = self._changes[-1]
        self._changes[-1] = max(before, changed) if before and changed else before or changed

    def _begin_part(self) -> None:
        self._end_part()
        self._changes.append(None)
        self._in_part = 0
        self._part = self._opened(part_name(len(self._changes)))
        self._part.write(f'{_DECLARATION}<urlset xmlns="{NAMESPACE}">\n'.encode())

    def _end_part(self) -> None:
        if self._part:
            self._part.write(b"</urlset>\n")
        self._part = None

    def _index(self) -> Iterator[str]:
        yield f'{_DECLARATION}<sitemapindex xmlns="{NAMESPACE}">\n'
        for number, changed in enumerate(self._changes, start=1):
            location = escape(self._site.absolute(f"/sitemap/{number}.xml"))
            yield f"<sitemap><loc>{location}</loc>{_last_change(changed)}</sitemap>\n"
        yield "</sitemapindex>\n"


def _last_change(changed: datetime | None) -> str:
    return f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
