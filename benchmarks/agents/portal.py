"""Builds the portal that the questions are asked of, out of the shipped packages and the shared real data.

`packages.json` lists what is published: `shipped` and `whole` are packages as they are (the latter in the folder of
shared data), `described` are files of others with a description of our own, put together in a temporary folder.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.cli.first_start import own_organization
from app.cli.publish import publish_all
from benchmarks.support import ROOT, open_services

if TYPE_CHECKING:
    from app.wiring import Services

HERE = Path(__file__).resolve().parent
INJECTED = HERE / "injected"
MANIFEST: Mapping[str, Any] = json.loads((HERE / "packages.json").read_text("utf-8"))
# Real lists of officials and facilities hold telephone numbers; they were published by their authorities.
REASON = "published by the authority itself"


def build(folder: Path, data: Path | None) -> Services:
    """Publish everything to a portal in a folder; without shared data, the shipped and the injected packages only."""
    services = open_services(folder)
    with tempfile.TemporaryDirectory() as work:
        paths = [*shipped(), INJECTED, *(made(data, Path(work)) if data else ())]
        publish_all(services, paths, own_organization(services).id, release=REASON)
    return services


def shipped() -> list[Path]:
    """List the packages of this repository."""
    return sorted(each for each in (ROOT / MANIFEST["shipped"]).iterdir() if each.is_dir())


def made(data: Path, work: Path) -> Iterator[Path]:
    """List the packages of the shared data, and make those of which it has the files only."""
    yield from (data / each for each in MANIFEST["whole"])
    for each in MANIFEST["described"]:
        package = work / each["descriptor"]["name"]
        package.mkdir()
        for name, source in each["files"].items():
            _copy(data / source, package / name, each.get("header"))
        described = _described(each, package)
        (package / "datapackage.json").write_text(json.dumps(described, ensure_ascii=False), "utf-8")
        yield package


def _copy(source: Path, target: Path, header: list[str] | None) -> None:
    """Copy a file; some come without a header."""
    if header is None:
        shutil.copyfile(source, target)
        return
    target.write_text(",".join(header) + "\n" + source.read_text("utf-8-sig"), "utf-8")


def _described(each: Mapping[str, Any], package: Path) -> dict[str, Any]:
    """Write the descriptor, with what is said of each column."""
    descriptor: dict[str, Any] = dict(each["descriptor"])
    said: Mapping[str, Any] = each.get("fields", {})
    if said:
        (resource,) = descriptor["resources"]
        names = _header(package / resource["path"])
        fields = [{"name": name, **said.get(name, said.get("*", {"type": "string"}))} for name in names]
        descriptor["resources"] = [resource | {"schema": {"fields": fields, "missingValues": [""]}}]
    return descriptor


def _header(path: Path) -> list[str]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932")
    return text.split("\n", 1)[0].strip("\r").split(",")


def has_shared(folder: Path) -> bool:
    """Say whether a portal's data folder (SQLite) has the packages of the shared data."""
    opened = sqlite3.connect(f"file:{folder / 'kakehashi.sqlite3'}?mode=ro", uri=True)
    try:
        slugs = {slug for (slug,) in opened.execute("SELECT slug FROM datasets")}
    finally:
        opened.close()
    return all(each["descriptor"]["name"] in slugs for each in MANIFEST["described"])
