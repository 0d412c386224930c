"""What strangers send to the server for agents is refused as the protocol says, at once, and never breaks it (H97)."""

from __future__ import annotations

import base64
import json
import socket
import time
from typing import Any

import httpx2
import pytest

from tests.standards.mcp_serving import META, ONE_WORKER, Serving, headers, message

pytestmark = ONE_WORKER

Sent = tuple[dict[str, str], str | bytes]
SECONDS = 2.0
LISTING = message("tools/list")
TOOL = headers("tools/call", "resolve_place")
LEGACY = {**headers("tools/list"), "MCP-Protocol-Version": "2025-11-25"}
DEEP = 100_000
CRLF = f"=?base64?{base64.b64encode(b'resolve_place' + bytes((13, 10)) + b'X-Own: 1').decode()}?="


def listing(**more: str) -> dict[str, str]:
    return headers("tools/list", **more)


def call(value: str, name: str = "name") -> str:
    """Write a call of a tool with a value that is JSON, or nearly."""
    written = message(
        "tools/call", name="resolve_place", arguments={"name": "x", "?": "!"} if name != "name" else {"?": "!"}
    )
    return written.replace('"?": "!"', f'"{name}": {value}')


def post(serving: Serving, sent: Sent) -> httpx2.Response:
    return httpx2.post(serving.url, headers=sent[0], content=sent[1], timeout=30)


@pytest.fixture(scope="module", autouse=True)
def _warm(serving: Serving) -> None:
    """Let the first call read the tokenizer, whose time is nobody's here."""
    assert post(serving, (TOOL, call('"八王子市"'))).status_code == 200


REFUSED: dict[str, tuple[Sent, int, int | None]] = {
    "another site's page": ((listing(Origin="https://evil.example"), LISTING), 403, None),
    "a page from nowhere": ((listing(Origin="null"), LISTING), 403, None),
    "another site's page, legacy": (({**LEGACY, "Origin": "https://evil.example"}, LISTING), 403, None),
    "another name": ((listing(Host="evil.example"), LISTING), 421, None),
    "another name, legacy": (({**LEGACY, "Host": "evil.example"}, LISTING), 421, None),
    "a large body": ((listing(), b" " * (256 * 1024 + 1)), 413, None),
    "a batch": ((listing(), json.dumps([json.loads(LISTING)] * 1000)), 400, -32600),
    "a batch, legacy": ((LEGACY, json.dumps([json.loads(LISTING)] * 1000)), 400, -32602),
    "no message in a batch": ((listing(), "[]"), 400, -32600),
    "a revision that is not": (
        (listing(MCP_Protocol_Version="2099-01-01"), LISTING.replace("2026-07-28", "2099-01-01")),
        400,
        -32022,
    ),
    "two revisions": ((listing(), LISTING.replace("2026-07-28", "2025-11-25")), 400, -32020),
    "another method in the header": ((headers("tools/call"), LISTING), 400, -32020),
    "lines in a name": (({**TOOL, "Mcp-Name": CRLF}, call('"x"')), 400, -32020),
    "no base64 in a name": (({**TOOL, "Mcp-Name": "=?base64?!!?="}, call('"x"')), 400, -32020),
    "half a message": ((listing(), '{"jsonrpc"'), 400, -32700),
    "half a message, legacy": ((LEGACY, '{"jsonrpc"'), 400, -32700),
    "nothing": ((listing(), ""), 400, -32700),
    "no text": ((listing(), b"\xff\xfe\x00"), 400, -32700),
    "deep lists": ((listing(), "[" * DEEP), 400, -32700),
    "deep lists, legacy": ((LEGACY, "[" * DEEP), 400, -32700),
    "deep objects": ((listing(), '{"a":' * (DEEP // 4) + "1" + "}" * (DEEP // 4)), 400, -32700),
    "a deep argument": ((TOOL, call("[" * DEEP + "]" * DEEP)), 400, -32700),
    "a number without an end": ((TOOL, call("9" * DEEP)), 400, -32700),
    "a message without a number": ((listing(), LISTING.replace('"id": 1', '"id": null')), 400, -32600),
    "a message of number NaN": ((listing(), LISTING.replace('"id": 1', '"id": NaN')), 400, -32600),
    "an answer": ((listing(), '{"jsonrpc": "2.0", "id": 1, "result": {}}'), 400, -32600),
    "an unknown method": ((headers("no/such"), message("no/such")), 404, -32601),
    "a stream of events": (
        (headers("subscriptions/listen"), message("subscriptions/listen", notifications={})),
        404,
        -32601,
    ),
    "arguments that are a list": ((TOOL, message("tools/call", name="resolve_place", arguments=[1])), 400, -32602),
    "a cursor that is none": ((headers("resources/list"), message("resources/list", cursor="9" * 5000)), 400, -32602),
    "a file of the machine": (
        (headers("resources/read", "file:///etc/passwd"), message("resources/read", uri="file:///etc/passwd")),
        400,
        -32602,
    ),
    "a prompt without its argument": (
        (headers("prompts/get", "look_up_figure"), message("prompts/get", name="look_up_figure")),
        400,
        -32602,
    ),
    "no JSON by its type": ((listing(Content_Type="text/plain"), LISTING), 400, None),
    "an answer that we do not make": ((listing(Accept="text/html"), LISTING), 406, None),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(serving: Serving, case: str) -> None:
    sent, status, code = REFUSED[case]
    began = time.monotonic()
    answer = post(serving, sent)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["error"]["code"] == code
    assert time.monotonic() - began < SECONDS


ANSWERED_WITH_ADVICE = {
    "a number of 4,000 digits": call("9" * 4000),
    "a number of 4,000 digits where one belongs": call("9" * 4000, "max_tokens"),
    "a number beyond floats": call("1e400", "max_tokens"),
    "NaN": call("NaN", "max_tokens"),
    "half of a pair": call('"\\ud800"'),
    "half of a pair as a name": call('"x"', "\\ud800"),
    "lists in lists": call("[" * 900 + "]" * 900),
    "no arguments": message("tools/call", name="resolve_place", arguments=None),
}


@pytest.mark.parametrize("case", ANSWERED_WITH_ADVICE)
def test_a_model_is_told_what_is_wrong(serving: Serving, case: str) -> None:
    began = time.monotonic()
    answer = post(serving, (TOOL, ANSWERED_WITH_ADVICE[case]))
    result = answer.json()["result"]
    assert (answer.status_code, result["isError"]) == (200, True)
    assert result["structuredContent"]["error"]["code"] == "bad-arguments"
    assert result["structuredContent"]["error"]["advice"]
    assert time.monotonic() - began < SECONDS


def test_a_portals_own_pages_and_tools_on_this_machine_may_call(serving: Serving) -> None:
    own = serving.portal.services.site.url
    for origin in (own, "http://localhost:6274"):
        answer = post(serving, (listing(Origin=origin), LISTING))
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)


@pytest.mark.parametrize(("origin", "allowed"), [("http://localhost:6274", True), ("https://evil.example", False)])
def test_a_preflight_is_answered_for_those_who_may_call(serving: Serving, origin: str, allowed: bool) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = httpx2.options(serving.url, headers=asked)
    told = {name for name in answer.headers if name.startswith("access-control-allow")}
    assert answer.status_code == 204
    assert bool(told) is allowed
    if allowed:
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("authorization", ["Bearer kkh_wrong", "Bearer a b", "kkh_wrong"])
def test_a_wrong_token_is_told_where_right_ones_come_from(serving: Serving, authorization: str) -> None:
    answer = post(serving, (listing(Authorization=authorization), LISTING))
    challenge = answer.headers["WWW-Authenticate"]
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
    assert challenge.startswith("Bearer ")
    address = challenge.partition('resource_metadata="')[2].partition('"')[0]
    assert httpx2.get(address).json()["resource"] == serving.url


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
@pytest.mark.parametrize("revision", ["2026-07-28", "2025-11-25"])
def test_other_methods_are_not_taken(serving: Serving, method: str, revision: str) -> None:
    asked = listing(MCP_Protocol_Version=revision, Accept="text/event-stream")
    answer = httpx2.request(method, serving.url, headers=asked, timeout=5)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_value_of_a_header_that_is_two_lines_is_not_two_headers(serving: Serving) -> None:
    host, port = serving.url.split("/")[2].split(":")
    body = call('"x"').encode()
    lines = [f"{name}: {value}" for name, value in TOOL.items() if name != "Mcp-Name"]
    lines += [
        f"Host: {host}:{port}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "Mcp-Name: no\r\n resolve_place",
    ]
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall("\r\n".join(["POST /mcp HTTP/1.1", *lines, "", ""]).encode() + body)
        status = line.makefile("rb").readline().split()[1]
    assert status == b"400"


def test_a_body_without_a_length_is_bounded_too(serving: Serving) -> None:
    parts = (b" " * (1 << 20) for _ in range(6))
    answer = httpx2.post(serving.url, headers=listing(), content=parts, timeout=30)
    assert answer.status_code in {400, 413}


def test_clients_of_unknown_names_are_answered(serving: Serving) -> None:
    body: dict[str, Any] = json.loads(call('"八王子市"'))
    body["params"]["_meta"] = META | {"io.modelcontextprotocol/clientInfo": {"name": "\ud800\u202e", "version": "\x00"}}
    answer = post(serving, (TOOL, json.dumps(body)))
    assert answer.json()["result"]["isError"] is False
