"""Asks a portal's tools through `POST /mcp` (protocol 2026-07-28), over HTTP or in this process, and measures."""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.agents.tokens import count

if TYPE_CHECKING:
    from flask.testing import FlaskClient

PROTOCOL = "2026-07-28"
PATH = "/mcp"
SECONDS = 60

# Sends a body with headers, and answers the status and the body.
Post = Callable[[bytes, Mapping[str, str]], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a call. `tokens` and `bytes` are those of the arguments and of the text."""

    tool: str
    arguments: Mapping[str, Any]
    text: str
    structure: Mapping[str, Any]
    is_error: bool
    tokens: int
    bytes: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Asker:
    """Calls tools."""

    post: Post

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Told:
        """Call a tool. Raises `RuntimeError` where the protocol itself fails."""
        sent = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
        began = time.perf_counter()
        status, body = self.post(_message(tool, arguments), _headers(tool))
        milliseconds = (time.perf_counter() - began) * 1000
        answer = json.loads(body)
        if status != http.client.OK or "result" not in answer:
            raise RuntimeError(f"{tool}: {status} {body[:500]!r}")
        result = answer["result"]
        text = result["content"][0]["text"]
        return Told(
            tool,
            arguments,
            text,
            json.loads(text),
            bool(result.get("isError")),
            count(sent) + count(text),
            len(sent.encode()) + len(text.encode()),
            milliseconds,
        )


def over_http(url: str) -> Asker:
    """Ask a portal that runs, over one connection that is kept."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)

    def post(body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        connection.request("POST", PATH, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()

    return Asker(post)


def in_process(client: FlaskClient) -> Asker:
    """Ask an application of this process."""

    def post(body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        answer = client.post(PATH, data=body, headers=dict(headers))
        return answer.status_code, answer.data

    return Asker(post)


def _message(tool: str, arguments: Mapping[str, Any]) -> bytes:
    meta = {f"io.modelcontextprotocol/{name}": value for name, value in _META.items()}
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()


_META: Mapping[str, Any] = {
    "protocolVersion": PROTOCOL,
    "clientCapabilities": {},
    "clientInfo": {"name": "kakehashi-benchmark", "version": "1"},
}


def _headers(tool: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": PROTOCOL,
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
