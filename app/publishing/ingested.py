"""What the sandboxed reader answers: the package's contents as files in its folder, or a report of why not."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.record import About, Mark, RepairCount, Table
from app.kernel.report import Report
from app.kernel.text import Text
from app.publishing.examination import Examined
from app.publishing.repair.choices import Choices
from app.publishing.submission import Details


@dataclass(frozen=True, slots=True)
class Question:
    """What the reader is asked: which file, called what, what its sender said of it, which repairs to make.

    So many `processes` may read it together, where all but the largest share have `worth_sharing` bytes to read.
    """

    file: str
    file_name: str
    details: Details
    choices: Choices = Choices()
    processes: int = 1
    worth_sharing: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """The numbers of the resources that one process is to read, of those that were opened in its folder."""

    numbers: tuple[int, ...]
    choices: Choices


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file in the reader's folder. `path` is relative to it, `name` is what readers of the portal get."""

    path: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class MadeIntake:
    """As `catalog.record.Intake`, with the receipt still in the reader's folder."""

    rows_in: int
    rows_apart: int
    repairs: tuple[RepairCount, ...]
    marks: tuple[Mark, ...]
    receipt: MadeFile
    standard: str = ""


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
    intake: MadeIntake | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """The outcome. Without `about` nothing can be published, and the report says why.

    `examined` has every table that could be read, also where something else stands in the way. With `shares` there is
    no outcome yet: so are the numbers of the resources to be shared out among processes.
    """

    report: Report
    name: str = ""
    label: str = ""
    notes: str = ""
    about: About | None = None
    resources: tuple[IngestedResource, ...] = ()
    examined: tuple[Examined, ...] = ()
    shares: tuple[tuple[int, ...], ...] = ()
