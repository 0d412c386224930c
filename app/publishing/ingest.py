"""Reads an upload in the sandbox: archive, descriptor, tables; answers files and a report.

Nothing of this is believed outside but the bytes of the files and the shape of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import msgspec

from app.catalog import vocabularies
from app.catalog.record import About, License
from app.kernel.report import Findings, Report
from app.kernel.text import text_of
from app.publishing import parallel, progress, prose
from app.publishing.descriptor import Package
from app.publishing.descriptor.names import name_key
from app.publishing.examination import Examined
from app.publishing.ingested import Ingested, IngestedResource, MadeFile, Question, Share
from app.publishing.opening import Opened, open_upload
from app.publishing.references import Origin, check_references
from app.publishing.repair.choices import Choices
from app.publishing.resources import NOT_IN_FILE_NAMES, Read, read_resource
from app.publishing.submission import Details

OPENED = "opened.json"


@dataclass(frozen=True, slots=True)
class _Part:
    """What came of one resource, as it crosses between processes."""

    report: Report
    resources: tuple[IngestedResource, ...] = ()
    origins: dict[str, Origin] = field(default_factory=dict)
    examined: tuple[Examined, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was opened and found by it, as it crosses between processes."""

    opened: Opened
    report: Report


def ingest(argument: Any) -> Any:
    """Read the file that a `Question` (as JSON) names; answer an `Ingested` (as JSON). Runs in the job's folder.

    Where its `shares` are answered, `read_share` is to be run for each of them, in the same folder, then `finish`.
    """
    question = msgspec.convert(argument, Question)
    progress.begin()
    return msgspec.to_builtins(_ingest(question, Path.cwd(), Findings()))


def read_share(argument: Any) -> Any:
    """Read the resources of a `Share` (as JSON) and leave what came of each in the folder."""
    share, folder = msgspec.convert(argument, Share), Path.cwd()
    opened = _opened(folder).opened
    for number in share.numbers:
        part = _read(number, opened, share.choices, folder)
        _part_file(folder, number).write_bytes(msgspec.json.encode(part, enc_hook=list))


def finish(argument: Any) -> Any:
    """Answer an `Ingested` (as JSON) to the `Question`, once all its shares are read."""
    question, folder = msgspec.convert(argument, Question), Path.cwd()
    kept, findings = _opened(folder), Findings()
    _take(kept.report, findings)
    numbers = range(len(kept.opened.package.resources))
    parts = [msgspec.json.decode(_part_file(folder, number).read_bytes(), type=_Part) for number in numbers]
    return msgspec.to_builtins(_whole(kept.opened.package, parts, question.details, folder, findings))


def _ingest(question: Question, folder: Path, findings: Findings) -> Ingested:
    progress.note("unpacking", "", 0)
    opened = open_upload(question, folder, findings)
    if opened is None:
        return Ingested(findings.report())
    described = opened.package.resources
    sizes = [opened.files[each.path].stat().st_size if each.path else 0 for each in described]
    shares = parallel.shares_of(sizes, question.processes, question.worth_sharing)
    if shares:
        _keep(_Kept(opened, findings.report()), folder)
        return Ingested(findings.report(), shares=shares)
    parts = [_read(number, opened, question.choices, folder) for number in range(len(described))]
    return _whole(opened.package, parts, question.details, folder, findings)


def _whole(package: Package, parts: Sequence[_Part], details: Details, folder: Path, findings: Findings) -> Ingested:
    """Put together what came of the resources, in their order."""
    for part in parts:
        _take(part.report, findings)
    resources = [each for part in parts for each in part.resources]
    examined = tuple(each for part in parts for each in part.examined)
    if not findings.failed:
        origins = {name: origin for part in parts for name, origin in part.origins.items()}
        check_references(resources, origins, folder, findings)
    if findings.failed:
        return Ingested(findings.report(), package.name, examined=examined)
    about = _about(package, details)
    named = _named_apart(resources)
    return Ingested(findings.report(), package.name, package.version, package.version_notes, about, named, examined)


def _take(report: Report, findings: Findings) -> None:
    findings.extend(report.problems)
    findings.omitted += report.omitted
    findings.failed = findings.failed or not report.valid


def _read(number: int, opened: Opened, choices: Choices, folder: Path) -> _Part:
    out = folder / f"out-{number + 1}"
    out.mkdir()
    findings = Findings()
    return _part(read_resource(opened.package.resources[number], opened, out, findings, choices), findings)


def _keep(kept: _Kept, folder: Path) -> None:
    """Write down what was opened. The gate lets nothing through that JSON would not bring back."""

    def relative(path: Any) -> str:
        return str(path.relative_to(folder))

    (folder / OPENED).write_bytes(msgspec.json.encode(kept, enc_hook=relative))


def _opened(folder: Path) -> _Kept:
    def path(_: type, word: str) -> Path:
        return folder / word

    return msgspec.json.decode((folder / OPENED).read_bytes(), type=_Kept, dec_hook=path)


def _part_file(folder: Path, number: int) -> Path:
    return folder / f"part-{number + 1}.json"


def _part(found: Read, findings: Findings) -> _Part:
    """Raises `RuntimeError` where nothing came of a resource and nothing says why, which is a fault of ours."""
    if not found.resources and not findings.failed:
        raise RuntimeError("a resource was dropped without an error")
    return _Part(findings.report(), found.resources, dict(found.origins), found.examined)


def _named_apart(resources: Sequence[IngestedResource]) -> tuple[IngestedResource, ...]:
    """Give every download of a version a name of its own, among the clean files and among the originals.

    Tables are called after their resources, which differ; all other files keep their own names where those are free.
    """
    tables = [file for each in resources if each.table for file in (each.file, each.parquet) if file]
    clean, taken = {name_key(file.name) for file in tables}, set[str]()
    originals: dict[str, MadeFile] = {}
    named = []
    for each in resources:
        original = each.original
        if original is not None:  # tables of one file share it
            if original.path not in originals:
                originals[original.path] = _renamed(original, each.name, taken)
            original = originals[original.path]
        file = each.file if each.table else _renamed(each.file, each.name, clean)
        named.append(replace(each, file=file, original=original))
    return tuple(named)


def _renamed(file: MadeFile, resource: str, taken: set[str]) -> MadeFile:
    """Choose a name that is safe in an address and not in `taken`, and note it there."""
    name = NOT_IN_FILE_NAMES.sub("-", file.name)
    choices = chain((name, f"{resource}-{name}"), (f"{resource}-{number}-{name}" for number in count(2)))
    chosen = next(each for each in choices if name_key(each) not in taken)
    taken.add(name_key(chosen))
    return replace(file, name=chosen)


def _about(package: Package, details: Details) -> About:
    given = text_of(details.description)
    description = package.description or given
    return About(
        title=package.title or text_of(package.name),
        description=description,
        description_html=prose.render(description),
        license=_license(package, details),
        keywords=package.keywords,
        themes=package.themes,
        groups=package.groups,
        spatial=package.spatial,
        temporal=package.temporal,
        frequency=package.frequency,
        next_due=package.next_due,
        languages=package.languages,
        homepage=package.homepage,
        contact=package.contact,
        sources=package.sources,
        contributors=package.contributors,
        provenance=package.provenance,
        caveats=package.caveats,
        conforms_to=package.conforms_to,
        ai_use=package.ai_use,
        series=package.series,
    )


def _license(package: Package, details: Details) -> License:
    if package.licenses:
        stated = package.licenses[0]
        return vocabularies.license_of(stated.name, stated.url, stated.title.get("en"))
    return vocabularies.license_of(details.license) if details.license else License()
