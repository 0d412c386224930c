"""Publishes every tabular file of a data folder as it is, and writes down what became of each.

The folder holds `japan`, `packages` and `hostile/excel-oddities`; whatever is a table by its name, or JSON that is a
list of records or features, is sent alone with a title and a licence and nothing else. Repairs are made by their
defaults. Where only personal data holds a version, it is released, and listed as such.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.catalog.record import ResourceRecord
from app.cli.first_start import own_organization
from app.kernel.actor import SYSTEM
from app.kernel.errors import AppError
from app.publishing.submission import Details, Repairs, Submission, SubmissionState, Upload
from app.wiring import Services
from benchmarks.support import machine, open_services, table

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "real-files.md"
PARTS = ("japan", "packages", "hostile/excel-oddities")
SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xls", ".xlsb", ".xlsm", ".ods", ".geojson", ".parquet", ".dbf"})
RECORDS = ".json"
JSON_BYTES = 64 << 20
LONGEST_CELL = 80
REASON = "測定のための公開です。"
INTRODUCTION = """\
What became of real files as their publishers made them, sent one by one with nothing but a title and a licence, repairs
made by their defaults. *Rows in* are all rows below the header; each is published (*out*) or set apart. The files are
not part of this repository. Those under `packages` and `hostile` are partly broken on purpose."""
HEADER = ("file", "outcome", "tables", "rows in", "out", "apart", "repaired", "first problem", "seconds")
DONE = frozenset({SubmissionState.PUBLISHED, SubmissionState.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. `holds` are the kinds of personal data it was released from."""

    path: str
    state: str
    seconds: float
    tables: int = 0
    rows_in: int = 0
    rows: int = 0
    apart: int = 0
    repairs: tuple[tuple[str, int], ...] = ()
    problem: str = ""
    holds: tuple[str, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()

    @property
    def published(self) -> bool:
        """It is public, with or without a table."""
        return self.state in DONE

    @property
    def balanced(self) -> bool:
        """No row was lost or made, on the way in or into the published tables."""
        written = sum(each.table.rows for each in self.resources if each.table)
        return self.rows_in == self.rows + self.apart and self.rows == written


def tabular_files(folder: Path) -> Iterator[Path]:
    """Find the files that somebody would call tables."""
    for part in PARTS:
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and (path.suffix.lower() in SUFFIXES or _holds_records(path)):
                yield path


def _holds_records(path: Path) -> bool:
    if path.suffix.lower() != RECORDS or path.stat().st_size > JSON_BYTES:
        return False
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    if isinstance(document, dict):
        return document.get("type") == "FeatureCollection"
    return isinstance(document, list) and bool(document) and all(isinstance(each, dict) for each in document)


def publish(services: Services, path: Path, shown: str) -> Outcome:
    """Send one file and see it through."""
    details = Details(title=f"実際のファイル {shown}", license="CC-BY-4.0", repairs=Repairs.APPLY)
    began = time.monotonic()
    try:
        with path.open("rb") as stream:
            upload = Upload(stream, _name(path, shown), own_organization(services).id, details)
            submission = services.publishing.receive(SYSTEM, upload)
        services.publishing.process(submission.id)
    except AppError as refused:
        return Outcome(shown, "not taken", time.monotonic() - began, problem=str(refused))
    taken = time.monotonic() - began
    ended = services.publishing.get(SYSTEM, submission.id)
    if ended.state is SubmissionState.IN_REVIEW and ended.holds:
        services.publishing.approve(SYSTEM, ended.id, reason=REASON)
        ended = services.publishing.get(SYSTEM, submission.id)
    return _outcome(services, ended, shown, taken)


def _name(path: Path, shown: str) -> str:
    """Name the upload by its whole path: a name is a dataset, and many folders have a `table.csv`."""
    return shown.replace("/", "-").removesuffix(path.suffix) + path.suffix


def _outcome(services: Services, ended: Submission, shown: str, taken: float) -> Outcome:
    examined = ended.examination.tables
    repairs: Counter[str] = Counter()
    for each in examined:
        repairs.update({found.rule: found.applied for found in each.proposals if found.applied})
    resources: tuple[ResourceRecord, ...] = ()
    if ended.state in DONE and ended.dataset_id:
        resources = services.catalog.get_by_id(SYSTEM, ended.dataset_id).resources
    problems = ended.report.errors or ended.report.warnings
    return Outcome(
        path=shown,
        state=str(ended.state),
        seconds=taken,
        tables=sum(each.table is not None for each in resources) if resources else len(examined),
        rows_in=sum(each.rows_in for each in examined),
        rows=sum(each.rows for each in examined),
        apart=sum(each.rows_apart for each in examined),
        repairs=tuple(repairs.most_common()),
        problem=_problem(problems[0]) if problems else "",
        holds=ended.holds,
        resources=resources,
    )


def _problem(found: Any) -> str:
    place = ", ".join(f"{name} {value}" for name, value in (("line", found.row), ("column", found.column)) if value)
    return f"`{found.code}`{f' ({place})' if place else ''}"


def page(outcomes: Sequence[Outcome], begun: str, *, twins: str = "") -> str:
    """Write the page."""
    parts = [
        "# Real files",
        "*This page is made by `python benchmarks/real_files.py DATA_FOLDER`; change the code, not the page.*",
        INTRODUCTION,
        f"Measured on {begun}.",
        "## Summary",
        table(("part", "files", "published", "with a table", "share", "no row lost", "median s"), _summary(outcomes)),
        "Held by personal data, and released for this measurement: " + _held(outcomes) + ".",
        "## Repairs made",
        table(("rule", "cells or rows", "files"), _rules(outcomes)),
        "## Why files were refused",
        table(("problem", "files"), _refusals(outcomes)),
        *((twins,) if twins else ()),
    ]
    for part in PARTS:
        own = [_row(each, part) for each in outcomes if each.path.startswith(f"{part}/")]
        parts += [f"## {part}", table(HEADER, own)] if own else []
    return "\n\n".join(parts) + "\n"


def _summary(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for part in PARTS:
        own = [each for each in outcomes if each.path.startswith(f"{part}/")]
        if not own:
            continue
        published = [each for each in own if each.published]
        with_table = [each for each in published if each.tables]
        kept = sum(each.balanced for each in with_table)
        median = sorted(each.seconds for each in own)[len(own) // 2]
        share = f"{len(with_table) / len(own):.1%}"
        balance = f"{kept} of {len(with_table)}"
        rows.append((part, len(own), len(published), len(with_table), share, balance, f"{median:.2f}"))
    return rows


def _held(outcomes: Sequence[Outcome]) -> str:
    held = [f"`{each.path}` ({', '.join(each.holds)})" for each in outcomes if each.holds]
    return "; ".join(held) or "none"


def _rules(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    cells: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for each in outcomes:
        cells.update(dict(each.repairs))
        files.update(rule for rule, _ in each.repairs)
    return [(f"`{rule}`", f"{count:,}", files[rule]) for rule, count in cells.most_common()]


def _refusals(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    codes = Counter(each.problem.partition(" (")[0] or each.state for each in outcomes if not each.published)
    return list(codes.most_common())


def _row(outcome: Outcome, part: str) -> tuple[object, ...]:
    state = outcome.state
    if outcome.published and not outcome.tables:
        state = "published as a plain file"
    if outcome.holds:
        state += ", released"
    repaired = ", ".join(f"{rule} × {count:,}" for rule, count in outcome.repairs)
    counts = (f"{outcome.rows_in:,}", f"{outcome.rows:,}", f"{outcome.apart:,}") if outcome.rows_in else ("", "", "")
    path = _cell(outcome.path.removeprefix(f"{part}/"))
    return (path, state, outcome.tables or "", *counts, repaired, _cell(outcome.problem), f"{outcome.seconds:.2f}")


def _cell(words: str) -> str:
    line = " ".join(words.split()).replace("|", "\\|")
    return line if len(line) <= LONGEST_CELL else line[:LONGEST_CELL] + "…"


def main() -> None:
    """Publish all, print as it goes, write the page."""
    from benchmarks.twins import section

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the files are")
    parser.add_argument("--only", default="", help="only paths that hold this; then the page goes to the terminal")
    chosen = parser.parse_args()
    begun = machine()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="kakehashi-real-") as folder:
        services = open_services(Path(folder))
        for path in tabular_files(chosen.folder):
            shown = path.relative_to(chosen.folder).as_posix()
            if chosen.only not in shown:
                continue
            outcome = publish(services, path, shown)
            outcomes.append(outcome)
            print(
                f"{outcome.state:10} {outcome.seconds:6.2f} s  {shown}  {outcome.problem}", file=sys.stderr, flush=True
            )
        twins = "" if chosen.only else section(services, chosen.folder)
    written = page(outcomes, begun, twins=twins)
    if chosen.only:
        print(written)
    else:
        TARGET.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
