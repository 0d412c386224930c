"""What the sandboxed reader answers: the package's contents as files in its folder, or a report of why not."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.record import About, Table
from app.kernel.report import Report
from app.kernel.text import Text
from app.publishing.submission import Details


@dataclass(frozen=True, slots=True)
class Question:
    """What the reader is asked: which file, called what, and what its sender said of it."""

    file: str
    file_name: str
    details: Details


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file in the reader's folder. `path` is relative to it, `name` is what readers of the portal get."""

    path: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class IngestedResource:
    """One resource as read; the files are as in `ResourceRecord`."""

    name: str
    title: Text
    description: Text
    format: str
    file: MadeFile
    original: MadeFile | None = None
    parquet: MadeFile | None = None
    table: Table | None = None
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Ingested:
    """The outcome. Without `about` nothing can be published, and the report says why."""

    report: Report
    name: str = ""
    label: str = ""
    about: About | None = None
    resources: tuple[IngestedResource, ...] = ()
