"""The crash harness on a small scale: the portal survives kill -9, and the harness sees what does not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from app.search.engine import Entry
from app.search.tantivy_engine import TantivyEngine

HARNESS = Path(__file__).resolve().parents[2] / "benchmarks" / "crash.py"
SECONDS = 150
CONTROL_SEEDS = range(4)


def torment(*options: str) -> str:
    """Run the harness; it ends by itself, and what it starts is killed when its time is up."""
    ended = subprocess.run(
        [sys.executable, str(HARNESS), *options], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert "Must be 0:" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == ("BROKE ITS PROMISES" in ended.stdout)
    return ended.stdout


def test_kills_lose_nothing_and_publish_no_half() -> None:
    told = torment("--kills", "6")
    assert "Kakehashi kept its promises." in told, told


def test_the_harness_finds_a_naive_design_broken() -> None:
    # Which moment a kill hits is chance; one run that breaks is enough, and nearly every one does.
    told = (torment("--control", "--kills", "8", "--seed", str(seed)) for seed in CONTROL_SEEDS)
    assert any("the naive control BROKE ITS PROMISES" in each for each in told)


def test_the_naive_design_works_where_nothing_is_killed() -> None:
    told = torment("--control", "--kills", "0")
    assert "the naive control kept its promises." in told, told


def entry(name: str, revision: int) -> Entry:
    return Entry(
        id=name, revision=revision, audiences=("public",), fields={}, columns={}, numbers={}, title_key=name, card=b""
    )


def generation_of(folder: Path) -> Path:
    (generation,) = (each for each in folder.iterdir() if each.is_dir())
    return generation


def test_an_index_can_be_written_after_a_kill_in_the_middle_of_a_commit(tmp_path: Path) -> None:
    # A commit writes its list of deletions before it counts, under a name that the next try wants as well.
    here, twin = tmp_path / "index", tmp_path / "twin"
    TantivyEngine(here).put([entry("a", 1), entry("b", 1)])
    shutil.copytree(here, twin)
    TantivyEngine(twin).put([entry("a", 2)])
    (left,) = generation_of(twin).glob("*.del")
    shutil.copy(left, generation_of(here))
    managed = generation_of(here) / ".managed.json"
    managed.write_text(json.dumps([*json.loads(managed.read_text()), left.name]))

    TantivyEngine(here).put([entry("a", 2)])

    assert TantivyEngine(here).revisions() == {"a": 2, "b": 1}
