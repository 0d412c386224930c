"""`DatasetRecord`: everything the portal says about a dataset, frozen.

Every format, search document, page and answer is a pure function of it.
Times are aware and UTC, sizes are bytes, hashes are SHA-256 in hexadecimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.kernel.text import Text


class Access(StrEnum):
    """Who may read: everybody, or the publisher's own people and governors."""

    PUBLIC = "public"
    INTERNAL = "internal"


class AiUse(StrEnum):
    """What machines that learn may do with the data: everything, read it to answer, or only what is agreed first."""

    ALL = "all"
    INPUT = "input"
    ASK = "ask"


class State(StrEnum):
    """Where a dataset stands in its life; the moves are in `lifecycle.py`."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    DEPRECATED = "deprecated"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a reader's question goes."""

    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The organization that answers for the data.

    `area` is the place it is responsible for, as `About.spatial` writes places; empty where it did not say.
    """

    id: str
    slug: str
    title: Text
    homepage: str = ""
    contact: Contact = Contact()
    area: str = ""


@dataclass(frozen=True, slots=True)
class License:
    """Terms of use. `name` is the SPDX or Open Definition id where there is one."""

    name: str = ""
    title: Text = Text()
    url: str = ""
    eu_url: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that the data is about, both included."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where the data came from before it came here."""

    title: str = ""
    url: str = ""
    email: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who helped to make the data."""

    title: str = ""
    url: str = ""
    email: str = ""
    organization: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What a column really holds. `minimum`, `maximum` and `examples` are written as in the clean CSV."""

    missing: int
    distinct: int
    minimum: str | None = None
    maximum: str | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its meaning. `field` is its Table Schema (v2) field as it is published.

    `meaning` is a code of `meanings.MEANINGS`: what its values are about, such as "municipality-code".
    `code_list` is the address of the table that says what its codes mean, where there is one.
    """

    name: str
    type: str
    title: Text = Text()
    description: Text = Text()
    unit: str = ""
    field: dict[str, Any] | None = None
    profile: ColumnProfile | None = None
    meaning: str = ""
    code_list: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A resource's rows. `schema` is the Table Schema (v2) as published; `inferred` says the portal made it."""

    columns: tuple[Column, ...]
    rows: int
    schema: dict[str, Any]
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes in the blob store under their hash. `name` is the file's name as readers get it."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in the file as it was sent that makes it harder for machines to read.

    `code` is one of `app.quality.marks`. `places` are the first few, as "line 3", "B7" or a column's name.
    `mended` says that the published table no longer has it.
    """

    code: str
    count: int = 1
    places: tuple[str, ...] = ()
    mended: bool = False


@dataclass(frozen=True, slots=True)
class RepairCount:
    """How many cells or rows one rule changed; `column` is empty for rows and the header."""

    rule: str
    column: str
    count: int


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of an upload's rows on the way to the clean table: `rows_in` = rows published + `rows_apart`.

    `receipt` is a JSON document of every single change. `standard` is the id of the standard dataset that the
    table follows, empty where it follows none.
    """

    rows_in: int
    rows_apart: int = 0
    repairs: tuple[RepairCount, ...] = ()
    marks: tuple[Mark, ...] = ()
    receipt: StoredFile | None = None
    standard: str = ""


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """One file or table of a version.

    `file` is what readers download (for a table: clean UTF-8 CSV), `original` the untouched upload
    where it differs, `parquet` the typed rows of a table. `name` is unique in the dataset and safe in
    an address. `encoding` is the original's character encoding, empty where it is no text.
    """

    id: str
    name: str
    title: Text
    description: Text
    format: str
    file: StoredFile
    original: StoredFile | None = None
    parquet: StoredFile | None = None
    table: Table | None = None
    encoding: str = ""
    intake: Intake | None = None


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A published state of the data. Its bytes never change; `number` counts from 1."""

    id: str
    number: int
    published: datetime
    notes: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why and when a dataset was taken back."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A file that lies on somebody else's server and is only pointed to. `size` is what they say, in bytes."""

    name: str
    url: str
    title: Text = Text()
    description: Text = Text()
    format: str = ""
    media_type: str = ""
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a publisher says of a dataset.

    `description` is CommonMark as written, `description_html` the same rendered and cleaned. `themes` are
    codes of the EU data-theme table, `groups` codes of Tokyo's catalogue groups, `frequency` a code of the EU
    frequency table, `spatial` six-digit municipality codes, names or IRIs, `languages` two-letter codes, the first one
    the default, `conforms_to` addresses of standards, `ai_use` a value of `AiUse` or empty. `provenance` says how the
    data was made, `caveats` what to mind when using it. `series` is the name of the series of which it is one period.
    `source_issued` and `source_modified` are when it was published and changed where it comes from.
    """

    title: Text
    description: Text = Text()
    description_html: Text = Text()
    license: License = License()
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    spatial: tuple[str, ...] = ()
    temporal: Period = Period()
    frequency: str = ""
    next_due: date | None = None
    languages: tuple[str, ...] = ("ja",)
    homepage: str = ""
    contact: Contact = Contact()
    sources: tuple[Source, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    provenance: Text = Text()
    caveats: Text = Text()
    conforms_to: tuple[str, ...] = ()
    ai_use: str = ""
    series: Text = Text()
    links: tuple[Link, ...] = ()
    source_issued: datetime | None = None
    source_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A field of `About` that nobody said and the portal worked out; `how` says from what."""

    field: str
    how: Text


@dataclass(frozen=True, slots=True)
class Series:
    """Datasets of one publisher that repeat by period; `slug` stands in its address."""

    slug: str
    title: Text


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A dataset with its current version; what `About` says stands here too, and what `derived` lists was worked out.

    `revision` grows with every change of anything here. `version` and `resources` are empty while nothing is
    published; `versions` are the published ones, newest first. `issued` is when it was first published. `pinned` says
    that the record is of one version and for good: its addresses are that version's.
    """

    id: str
    slug: str
    name: str
    title: Text
    description: Text
    description_html: Text
    publisher: Publisher
    state: State
    access: Access
    created: datetime
    modified: datetime
    revision: int
    issued: datetime | None = None
    license: License = License()
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    spatial: tuple[str, ...] = ()
    temporal: Period = Period()
    frequency: str = ""
    next_due: date | None = None
    languages: tuple[str, ...] = ("ja",)
    homepage: str = ""
    contact: Contact = Contact()
    sources: tuple[Source, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    provenance: Text = Text()
    caveats: Text = Text()
    conforms_to: tuple[str, ...] = ()
    ai_use: str = ""
    series: Text = Text()
    links: tuple[Link, ...] = ()
    source_issued: datetime | None = None
    source_modified: datetime | None = None
    derived: tuple[Derived, ...] = ()
    in_series: Series | None = None
    pinned: bool = False
    version: VersionRecord | None = None
    versions: tuple[VersionRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    withdrawal: Withdrawal | None = None

    @property
    def path(self) -> str:
        """What stands after `/dataset/` in its addresses: the slug, and the version where that is pinned."""
        return f"{self.slug}/v/{self.version.number}" if self.pinned and self.version else self.slug

    @property
    def changed(self) -> datetime:
        """When the data last changed: here, or where its files lie.

        What others say of a time after we heard of it cannot be, and would keep the data the newest for years.
        """
        if self.source_modified and not self.resources:
            return min(self.source_modified, self.modified)
        return self.version.published if self.version else self.modified

    def resource(self, name: str) -> ResourceRecord | None:
        """Find a resource by its name in addresses."""
        return next((resource for resource in self.resources if resource.name == name), None)
