"""`kakehashi publish`: the same `receive` and `process` as the page and the API, from a terminal."""

from __future__ import annotations

import contextlib
import tempfile
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from app import wiring
from app.catalog.record import Access
from app.cli.first_start import own_organization
from app.cli.portal import open_portal
from app.kernel.actor import SYSTEM
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.publishing.submission import Details, Repairs, SubmissionState, Upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.kernel.report import Problem
    from app.publishing.examination import Examined
    from app.publishing.submission import Submission
    from app.wiring import Services

DESCRIPTORS = ("datapackage.json", "datapackage.yaml", "datapackage.yml")
TABLES = (".csv", ".xlsx")
# A fixed time makes the same folder the same archive.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
POLL_SECONDS = 0.1
# Who publishes from a terminal has asked for it already.
RUN_THROUGH = Details(repairs=Repairs.APPLY)
THROUGH = frozenset({SubmissionState.PUBLISHED, SubmissionState.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one path."""

    path: Path
    submission: Submission
    rows: int
    url: str
    seconds: float


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--organization", help="Slug of the publishing organization; the operator's own if not given.")
@click.option("--title", default="", help="Title, for a file that is no data package.")
@click.option("--description", default="", help="Description, for a file that is no data package.")
@click.option("--license", "license_", default="", help="Licence, such as CC-BY-4.0, where the package names none.")
@click.option("--internal", is_flag=True, help="For the organization's own people only.")
@click.option(
    "--repairs",
    type=click.Choice([Repairs.APPLY.value, Repairs.ASK.value, Repairs.NONE.value]),
    default=Repairs.APPLY.value,
    help="Make repairs by their defaults (apply), stop where there are any (ask), or make none.",
)
@click.option("--release", metavar="REASON", default="", help="Why data that may tell of persons can be published.")
def publish(  # one option, one parameter
    paths: tuple[Path, ...],
    *,
    organization: str | None,
    title: str,
    description: str,
    license_: str,
    repairs: str,
    release: str,
    internal: bool,
) -> None:
    """Publish data packages (folders or zips), CSV or XLSX files.

    A folder of package folders, or of CSV and XLSX files, publishes each of them. Ends with 1 where anything was
    refused, held back or waits for a decision, or nothing was found.
    """
    for path in paths:
        if not any(packages([path])):
            raise _nothing_in(path)
    services = open_portal()
    owner = services.organizations.get(organization) if organization else own_organization(services)
    access = Access.INTERNAL if internal else Access.PUBLIC
    details = Details(title, description, license_, access=access, repairs=Repairs(repairs))
    outcomes = publish_all(services, paths, owner.id, details, release=release)
    if any(outcome.submission.state not in THROUGH for outcome in outcomes):
        raise SystemExit(1)


def publish_all(
    services: Services,
    paths: Sequence[Path],
    organization_id: str,
    details: Details = RUN_THROUGH,
    *,
    release: str = "",
) -> list[Outcome]:
    """Publish each path and print what became of it.

    `release` is the operator's reason for publishing data that may tell of persons; without one it is held.
    """
    outcomes = []
    for path in packages(paths):
        outcome = _publish(services, path, organization_id, details, release)
        _print(outcome)
        outcomes.append(outcome)
    return outcomes


def packages(paths: Sequence[Path]) -> Iterator[Path]:
    """List packages and files; a folder without a descriptor stands for the packages and tables right in it."""
    for path in paths:
        if path.is_dir() and not _is_package(path):
            yield from sorted(each for each in path.iterdir() if _is_package(each) or _is_table(each))
        else:
            yield path


def _is_package(folder: Path) -> bool:
    return any((folder / name).is_file() for name in DESCRIPTORS)


def _is_table(path: Path) -> bool:
    # Names that begin with a dot or "~$" are what editors and spreadsheet programs leave behind.
    return path.is_file() and path.suffix.lower() in TABLES and not path.name.startswith((".", "~$"))


def _nothing_in(folder: Path) -> NotFound:
    described, tables = ", ".join(DESCRIPTORS), ", ".join(f"*{each}" for each in TABLES)
    return NotFound(
        Text(
            f"{folder} に公開できるものがありません。フォルダーの直下で、{described} のいずれかがあるフォルダーと "
            f"{tables} のファイルを探しました。",
            f"There is nothing to publish in {folder}. Looked for folders with one of {described}, and for {tables} "
            "files, right in it.",
        )
    )


def packed(path: Path) -> str:
    """Name a path as an upload."""
    return f"{path.resolve().name}.zip" if path.is_dir() else path.name


def _publish(services: Services, path: Path, organization_id: str, details: Details, release: str) -> Outcome:
    began = time.monotonic()
    with stream_of(path, services.settings.data_dir) as stream:
        submission = services.publishing.receive(SYSTEM, Upload(stream, packed(path), organization_id, details))
    submission = _finished(services, submission.id)
    if submission.holds and release and submission.state is SubmissionState.IN_REVIEW:
        services.publishing.approve(SYSTEM, submission.id, reason=release, revision=submission.revision)
        submission = _finished(services, submission.id)
    rows, url = 0, services.site.absolute(f"/submission/{submission.id}")
    if submission.dataset_id is not None and submission.state in THROUGH:
        with contextlib.suppress(NotFound):
            record = services.catalog.get_by_id(SYSTEM, submission.dataset_id)
            rows = sum(each.table.rows for each in record.resources if each.table is not None)
            url = services.site.absolute(f"/dataset/{record.slug}")
    return Outcome(path, submission, rows, url, time.monotonic() - began)


@contextlib.contextmanager
def stream_of(path: Path, data_dir: Path) -> Iterator[BinaryIO]:
    """Open a file, or pack a folder and open that."""
    if path.is_file():
        with path.open("rb") as stream:
            yield stream
        return
    folder = data_dir / "tmp"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for each in sorted(path.rglob("*")):
                # A link could lead out of the package; what it leads to is not the package's.
                if each.is_file() and not each.is_symlink():
                    with (
                        each.open("rb") as source,
                        archive.open(zipfile.ZipInfo(each.relative_to(path).as_posix(), ZIP_TIME), "w") as target,
                    ):
                        while piece := source.read(1024 * 1024):
                            target.write(piece)
        packed.seek(0)
        yield packed


def _finished(services: Services, submission_id: str) -> Submission:
    """Publish and index until the submission is through; a worker that runs beside may do it instead.

    Descriptions, checks and dumps are left to a worker: thousands of them may wait after an import.
    """
    workers = wiring.workers(services, wiring.PUBLISHING_LANES)
    while True:
        worked = [worker.step() for worker in workers]
        submission = services.publishing.get(SYSTEM, submission_id)
        if not submission.running and not any(worked):
            return submission
        if not any(worked):
            time.sleep(POLL_SECONDS)


def _print(outcome: Outcome) -> None:
    submission = outcome.submission
    name = outcome.path.resolve().name
    click.echo(f"{name}\t{submission.state}\t{outcome.rows} rows\t{outcome.seconds:.1f} s\t{outcome.url}")
    if (done := _repaired(submission.examination.tables)) and submission.state is SubmissionState.PUBLISHED:
        click.echo(f"    {done}; the receipts say what and where")
    if submission.state is SubmissionState.CHECKED:
        click.echo(f"    waits for your decision at this address ({done or 'nothing to repair'})")
    if submission.holds and submission.state is SubmissionState.IN_REVIEW:
        held = ", ".join(submission.holds)
        click.echo(f"    held, as it may tell of persons ({held}); give the reason with --release to publish it")
    print_problems(submission.report.errors)
    if submission.report.omitted:
        click.echo(f"    and {submission.report.omitted} more that the report does not list")


def _repaired(tables: Sequence[Examined]) -> str:
    """Count what the present choices do; empty where they leave everything as it is."""
    repairs = sum(proposal.applied for table in tables for proposal in table.proposals)
    apart = sum(table.rows_apart for table in tables)
    counts = ((repairs, "repair", "repairs"), (apart, "row set apart", "rows set apart"))
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def print_problems(problems: Sequence[Problem]) -> None:
    """Print one of each code: a column of wrong cells must not hide the other problems."""
    counts = Counter(each.code for each in problems)
    first = {each.code: each for each in reversed(problems)}
    for code, count in counts.items():
        _print_problem(first[code], count)


def _print_problem(each: Problem, count: int) -> None:
    place = ", ".join(str(part) for part in (each.file, each.row and f"line {each.row}", each.column) if part)
    click.echo(f"    {each.code} x {count}, first at {place}" if count > 1 else f"    {each.code} at {place}")
    for text in (each.message, each.advice):
        click.echo(f"        {text.en}\n        {text.ja}")
