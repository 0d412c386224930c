"""The official conformance suite and the Inspector look at the portal's server for agents, and at its bridge."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from app.web.mcp_bridge import Bridge
from app.web.mcp_origins import origins_of
from tests.standards.mcp_fixtures import fixture_server
from tests.standards.mcp_serving import MODULES, ONE_WORKER, REVISION, Serving, node_with, served

pytestmark = ONE_WORKER

SUITE, INSPECTOR = "@modelcontextprotocol/conformance", "@modelcontextprotocol/inspector"
EXPECTED = Path(__file__).with_name("mcp_expected_failures.yml")
# The suite's own count of what it asks of servers of that revision.
SCENARIOS = 37


def run(script: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    node = node_with("/".join(script.split("/")[:2]))
    command = [node, str(MODULES / script), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def conform(url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(f"{SUITE}/dist/index.js", "server", "--url", url, "--requirements", REVISION, *words, folder=folder)


def scenarios(said: str, mark: str) -> set[str]:
    """Read off the summary which scenarios passed, or failed."""
    summary = said.partition("=== SUMMARY ===")[2].partition("Total:")[0]
    return {line.split()[1].rstrip(":") for line in summary.splitlines() if line.startswith(mark)}


def test_the_bridge_passes_every_scenario_that_is_scored(tmp_path: Path) -> None:
    bridge = Bridge(fixture_server(), origins_of("http://127.0.0.1", ()).security(), streams=True)
    with served(bridge.application) as url:
        ran = conform(url, tmp_path)
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert len(scenarios(ran.stdout, "✓")) >= SCENARIOS


def test_the_portal_passes_every_scenario_that_applies(serving: Serving, tmp_path: Path) -> None:
    ran = conform(serving.url, tmp_path, "--expected-failures", str(EXPECTED), "--output-dir", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stdout[-4000:]
    passed = scenarios(ran.stdout, "✓")
    assert {
        *("tools-list", "resources-list", "prompts-list", "completion-complete", "caching"),
        *("dns-rebinding-protection", "sep-2164-resource-not-found", "http-header-validation", "tools-call-error"),
    } <= passed
    checks = [each for path in (tmp_path / "out").glob("*/checks.json") for each in json.loads(path.read_text())]
    verdicts = [each["status"] for each in checks if each["id"] == "wire-schema-valid"]
    assert set(verdicts) == {"SUCCESS"}
    assert len(verdicts) >= SCENARIOS


def inspect(url: str, folder: Path, *words: str) -> Any:
    launcher = f"{INSPECTOR}/clients/launcher/build/index.js"
    ran = run(launcher, "--cli", url, "--transport", "http", *words, folder=folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


def test_the_inspector_lists_tools_and_calls_one(serving: Serving, tmp_path: Path) -> None:
    listed = inspect(serving.url, tmp_path, "--strict", "--method", "tools/list")
    assert "resolve_place" in {each["name"] for each in listed["tools"]}
    words = ("--method", "tools/call", "--tool-name", "resolve_place", "--tool-arg", "name=八王子市")
    answered = inspect(serving.url, tmp_path, *words)
    assert answered["structuredContent"]["data"]["places"][0]["code5"] == "13201"
