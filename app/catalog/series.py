"""Series: datasets of one publisher that say the same of different periods."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog.periods import without_periods
from app.catalog.slugs import slug_of
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.catalog.record import About, DatasetRecord, Publisher

_SHORTEST = 2
_SLUG_LENGTH = 60
# No slug of an organization has it, so that it parts the two halves of a series' slug.
_BETWEEN = "."


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """A series as readers see it; `members` are in the order of their periods."""

    slug: str
    title: Text
    publisher: Publisher
    members: tuple[DatasetRecord, ...]


def title_of(about: About | DatasetRecord) -> Text:
    """Answer the name of the series: as said, else the title without its period; empty for a title without one."""
    if about.series:
        return about.series
    title = Text(without_periods(about.title.ja), without_periods(about.title.en))
    return title if len(title.get("ja")) >= _SHORTEST else Text()


def key_of(about: About | DatasetRecord) -> str:
    """Answer what datasets of one series share, which is safe in an address; empty where it is in none."""
    name = title_of(about).get("ja")
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    if not folded:
        return ""
    return f"{slug_of(name)[:_SLUG_LENGTH].strip('-')}-{hashlib.sha256(folded.encode()).hexdigest()[:8]}"


def slug_for(organization_slug: str, key: str) -> str:
    """Answer a series' slug."""
    return organization_slug + _BETWEEN + key


def parts_of(slug: str) -> tuple[str, str]:
    """Answer the organization's slug and the key; the key is empty for what is no series' slug."""
    organization, _, key = slug.partition(_BETWEEN)
    return organization, key
