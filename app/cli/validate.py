"""`kakehashi validate`: reads a file as the portal would, and says what it finds. Needs no portal and no database."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click
import msgspec

from app.cli.publish import packed, print_problems, stream_of
from app.infra.sandbox import Limits, Sandbox
from app.kernel.errors import BadRequest, OverLimit
from app.kernel.report import refusal
from app.kernel.text import Text
from app.publishing.ingested import Ingested, Question
from app.publishing.parallel import FUNCTIONS, read_upload
from app.publishing.problems import problem
from app.publishing.repair.choices import Choice, Choices
from app.publishing.repair.rules import RULES
from app.publishing.submission import Details
from app.publishing.versions import made_path
from app.settings import read_settings

if TYPE_CHECKING:
    from app.publishing.examination import Examined, Proposal
    from app.publishing.ingested import IngestedResource, MadeFile

SHOWN_EXAMPLES = 3
PIECE = 1 << 20
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of a table's rows."""

    resource: str
    came: int
    kept: int
    apart: int


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--fix", is_flag=True, help="Write the cleaned tables and their schema into --out.")
@click.option("--repair", "wanted", multiple=True, metavar="RULE", help="Apply a rule that is off by default.")
@click.option("--no-repair", "unwanted", multiple=True, metavar="RULE", help="Do not apply a rule.")
@click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path), help="Write every single change as JSON.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A new or empty folder for --fix.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def validate(  # one option, one parameter
    path: Path,
    wanted: tuple[str, ...],
    unwanted: tuple[str, ...],
    receipt: Path | None,
    out: Path | None,
    *,
    fix: bool,
    as_json: bool,
) -> None:
    """Check a data package (folder or zip), a CSV or a spreadsheet, and say what the portal would repair.

    Nothing is published. Ends with 1 where an error would stop publication.
    """
    choices = Choices((*_choices(wanted, apply=True), *_choices(unwanted, apply=False)))
    if fix:
        out = _empty(out)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        ingested = _read(path, choices, folder)
        if as_json:
            click.echo(_json(path, ingested))
        else:
            _print(path, ingested)
        if receipt is not None:
            _write_receipts(receipt, ingested, folder)
        if fix and out is not None and ingested.report.valid:
            _write_package(out, ingested, folder)
    if not ingested.report.valid:
        raise SystemExit(1)


def _choices(rules: tuple[str, ...], *, apply: bool) -> tuple[Choice, ...]:
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        known = ", ".join(RULES)
        raise BadRequest(
            Text(
                f"規則 {unknown[0]} はありません。次のいずれかです: {known}",
                f"There is no rule {unknown[0]}. It is one of {known}.",
            )
        )
    return tuple(Choice(rule, apply) for rule in rules)


def _empty(out: Path | None) -> Path:
    """Answer the folder to write into. It must be empty: what a stranger's files are called overwrites nothing."""
    if out is None:
        raise click.UsageError("--fix needs --out, a folder to write into.")
    if out.exists() and any(out.iterdir()):
        raise BadRequest(Text(f"{out} は空のフォルダーではありません。", f"{out} is not an empty folder."))
    return out


def _read(path: Path, choices: Choices, folder: Path) -> Ingested:
    settings = read_settings(os.environ)
    source = path.resolve()
    if path.is_dir():
        source = folder / "sent.zip"
        with stream_of(path, folder) as stream, source.open("wb") as target:
            shutil.copyfileobj(stream, target, PIECE)
    job = folder / "job"
    job.mkdir()
    name = packed(path)
    try:
        return read_upload(
            Sandbox(FUNCTIONS),
            Question(str(source), name, Details(), choices),
            folder=job,
            limits=Limits(memory_bytes=settings.sandbox_memory_bytes, seconds=settings.sandbox_seconds),
        )
    except OverLimit:
        return Ingested(refusal(problem("over-limit", file=name)))


def _rows(ingested: Ingested) -> list[Rows]:
    if ingested.examined:
        return [Rows(each.resource, each.rows_in, each.rows, each.rows_apart) for each in ingested.examined]
    return [_rows_of(each, each.table.rows) for each in ingested.resources if each.table is not None]


def _rows_of(resource: IngestedResource, kept: int) -> Rows:
    if resource.intake is None:
        return Rows(resource.name, kept, kept, 0)
    return Rows(resource.name, resource.intake.rows_in, kept, resource.intake.rows_apart)


def _json(path: Path, ingested: Ingested) -> str:
    answer = {
        "file": path.name,
        "valid": ingested.report.valid,
        "report": ingested.report,
        "rows": [
            {"resource": each.resource, "in": each.came, "out": each.kept, "apart": each.apart}
            for each in _rows(ingested)
        ],
        "tables": ingested.examined,
    }
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def _print(path: Path, ingested: Ingested) -> None:
    click.echo(f"{path.resolve().name}\t{'valid' if ingested.report.valid else 'INVALID'}")
    for each in _rows(ingested):
        click.echo(f"  {each.resource}: {each.came} rows in, {each.kept} out, {each.apart} apart")
    for table in ingested.examined:
        _print_table(table)
    print_problems(ingested.report.problems)
    if ingested.report.omitted:
        click.echo(f"    and {ingested.report.omitted} more that the report does not list")


def _print_table(table: Examined) -> None:
    for proposal in table.proposals:
        _print_proposal(table.resource, proposal)
    for each in table.apart:
        lines = f"line {each.first}" if each.first == each.last else f"lines {each.first} to {each.last}"
        click.echo(f"  {table.resource}: {lines} apart ({each.reason})")
    for found in table.personal:
        place = found.column or "what is set apart"
        click.echo(f"  {table.resource}: {place} may tell of persons ({found.kind}), {found.count} cells")


def _print_proposal(resource: str, proposal: Proposal) -> None:
    place = f"{resource}, {proposal.column}" if proposal.column else resource
    title = RULES[proposal.rule].title if proposal.rule in RULES else Text("", "")
    click.echo(f"  {place}: {proposal.rule} x {proposal.count}, {proposal.applied} applied")
    click.echo(f"        {title.en} / {title.ja}")
    for each in proposal.examples[:SHOWN_EXAMPLES]:
        click.echo(f"        line {each.line}: {each.before!r} -> {each.after!r}")


def _write_receipts(path: Path, ingested: Ingested, folder: Path) -> None:
    """Write the receipts of all tables one after another, without reading them: they may be long."""
    made = [each.intake.receipt for each in ingested.resources if each.intake is not None]
    with path.open("wb") as target:
        target.write(b'{"receipts":[')
        for number, receipt in enumerate(made):
            target.write(b"," if number else b"")
            _copy(folder, receipt, target)
        target.write(b"]}\n")


def _write_package(out: Path, ingested: Ingested, folder: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for each in ingested.resources:
        with (out / _file_name(each.file)).open("xb") as target:
            _copy(folder, each.file, target)
    described = msgspec.json.format(msgspec.json.encode(_descriptor(ingested)), indent=2)
    with (out / "datapackage.json").open("xb") as target:
        target.write(described + b"\n")


def _copy(folder: Path, made: MadeFile, target: Any) -> None:
    with made_path(folder / "job", made).open("rb") as source:
        shutil.copyfileobj(source, target, PIECE)


def _file_name(made: MadeFile) -> str:
    """Answer a name that stays in the folder, whatever the reader says."""
    name = PurePosixPath(made.name.replace("\\", "/")).name
    if name in {"", ".", "..", "datapackage.json"}:
        raise BadRequest(Text(f"{made.name!r} という名前では書き出せません。", f"No file can be called {made.name!r}."))
    return name


def _descriptor(ingested: Ingested) -> dict[str, Any]:
    about = ingested.about
    described: dict[str, Any] = {"$schema": PROFILE, "name": ingested.name}
    if about is not None:
        described["title"] = about.title.get("ja")
        described["description"] = about.description.get("ja")
        if about.license.name:
            described["licenses"] = [{"name": about.license.name, "path": about.license.url}]
    described["resources"] = [_resource(each) for each in ingested.resources]
    return {key: value for key, value in described.items() if value}


def _resource(each: IngestedResource) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": each.name,
        "title": each.title.get("ja"),
        "path": _file_name(each.file),
        "format": each.format.lower(),
        "mediatype": each.file.media_type,
    }
    if each.table is not None:
        described |= {"type": "table", "encoding": "utf-8", "schema": each.table.schema}
    return described
