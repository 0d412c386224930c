"""The rules of DESIGN hold, and each of them would be noticed if it did not."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import create_app
from app.settings import Settings
from app.web.access import check_declared

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    "an arrow that points up": ("kernel/ids.py", "from app.catalog import record", "Arrows point down"),
    "a sideways arrow between features": (
        "search/service.py",
        "from app.query import rows",
        "Arrows point down",
    ),
    "a part outside of the bands": ("helpers.py", "", "Arrows point down"),
    "flask below the faces": ("catalog/service.py", "import flask", "Only the faces over HTTP know Flask"),
    "an engine driven from elsewhere": ("search/service.py", "import tantivy", "An engine is named only where"),
    "another feature's tables": (
        "publishing/service.py",
        "from app.catalog import models",
        "The tables of the catalogue are private",
    ),
    "a format that knows another": (
        "metadata/formats/datapackage.py",
        "from app.metadata.formats import dcat",
        "Formats do not know each other",
    ),
    "a cycle between modules": (
        "catalog/lifecycle.py",
        "from app.catalog import service",
        "No part depends on itself through another",
    ),
}
# Programs without threads of their own, and the one place that does it for all others.
MAY_CONVERT = {
    *("publishing/ingest.py", "publishing/comparing.py", "infra/sandbox_child.py", "sparql/child.py"),
    "infra/conversion.py",
}
PLAIN = {"dict", "list", "tuple", "str", "int", "float", "bool", "msgspec", "kind"}


def converting(source: str) -> list[int]:
    """List the lines within functions where msgspec may meet a class of ours for the first time."""
    found = set()
    for function in (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef)):
        for call in (each for each in ast.walk(function) if isinstance(each, ast.Call)):
            kinds = [each.value for each in call.keywords if each.arg == "type"]
            named = {name.id for kind in kinds for name in ast.walk(kind) if isinstance(name, ast.Name)}
            called = ast.unparse(call.func)
            is_new = called == "msgspec.convert" or called.endswith(".Decoder") or called == "converter"
            if is_new or (called.endswith(".decode") and named - PLAIN):
                found.add(call.lineno)
    return sorted(found)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    command = [sys.executable, "-P", "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    return subprocess.run(
        [*command, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_code_keeps_every_contract(copy: Path) -> None:
    answer = lint(copy)

    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("violation", list(PLANTED))
def test_a_planted_violation_is_caught(copy: Path, violation: str) -> None:
    name, line, contract = PLANTED[violation]
    path = copy / "app" / name
    path.write_text((path.read_text() if path.exists() else '"""Planted."""\n') + f"\n{line}\n")

    answer = lint(copy)

    assert answer.returncode == 1
    broken = [line for line in answer.stdout.splitlines() if "BROKEN" in line]
    assert any(contract in line for line in broken), answer.stdout


def test_a_route_without_a_rule_stops_the_application(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    app.add_url_rule("/forgotten", "forgotten", lambda: "x")

    with pytest.raises(RuntimeError, match="forgotten"):
        check_declared(app)


def test_msgspec_meets_our_classes_before_there_are_threads() -> None:
    """What `infra.conversion` says of it crashes a process once in a thousand starts: no other test would tell."""
    sources = {str(path.relative_to(ROOT / "app")): path.read_text() for path in (ROOT / "app").rglob("*.py")}

    assert {name: lines for name, source in sources.items() if (lines := converting(source))}.keys() <= MAY_CONVERT
    assert all(converting(sources[name]) for name in MAY_CONVERT)


@pytest.mark.parametrize(
    "line",
    [
        "msgspec.convert(value, Shown)",
        "msgspec.json.decode(raw, type=tuple[Shown, ...])",
        "msgspec.json.Decoder(Shown)",
        "converter(Shown)",
    ],
)
def test_a_class_that_msgspec_would_meet_late_is_noticed(line: str) -> None:
    assert converting(f"def read(value, raw):\n    return {line}\n") == [2]
    assert converting(f"known = {line}\n") == []
