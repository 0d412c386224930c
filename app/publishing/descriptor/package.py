"""A data package as its publisher describes it, once it has passed the gate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.catalog.record import Contact, Contributor, License, Period, Source
from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class ResourceDescription:
    """One resource. Either `path` (as in the archive) or `data` (inline) is there.

    `schema` is a Table Schema v2 with allowed keys only, `None` where the portal has to infer one; `dialect` a Table
    Dialect v2, empty for the usual one. `encoding` is Python's name of it, empty where it has to be found out. `hash`
    and `bytes` are the publisher's claims, to be checked against the file. `type` is "table" or empty (not known).
    """

    name: str
    path: str | None = None
    data: Any = None
    type: str = ""
    title: Text = Text()
    description: Text = Text()
    format: str = ""
    mediatype: str = ""
    encoding: str = ""
    dialect: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    hash: str = ""
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A data package as its publisher describes it; the fields are those of `About` where it has them.

    `inferred` says that there was no descriptor and the portal made this one from file names.
    """

    name: str
    resources: tuple[ResourceDescription, ...]
    title: Text = Text()
    description: Text = Text()
    homepage: str = ""
    version: str = ""
    version_notes: str = ""
    created: datetime | None = None
    keywords: tuple[str, ...] = ()
    licenses: tuple[License, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    sources: tuple[Source, ...] = ()
    languages: tuple[str, ...] = ()
    spatial: tuple[str, ...] = ()
    temporal: Period = Period()
    frequency: str = ""
    next_due: date | None = None
    themes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    contact: Contact = Contact()
    provenance: Text = Text()
    caveats: Text = Text()
    conforms_to: tuple[str, ...] = ()
    ai_use: str = ""
    series: Text = Text()
    inferred: bool = False
