"""Every answer of the server for agents is what the protocol's schema says, and what its tools say of themselves.

The schema is read off the official library's models, which are generated from it; the conformance suite holds the same
messages against the schema itself (test_mcp_conformance.py).
"""

from __future__ import annotations

import json
from typing import Any

import httpx2
import mcp_types as types
import pytest
from jsonschema import Draft202012Validator
from mcp_types.methods import SERVER_RESULTS, SPEC_CLIENT_METHODS
from pydantic import TypeAdapter

from tests.standards.mcp_serving import ONE_WORKER, REVISION, Serving, headers, message

pytestmark = ONE_WORKER

EARLIER = ("2025-06-18", "2025-11-25")
WORDS = {"query": "人口", "name": "八王子市", "question": "人口", "topic": "人口", "dataset": "ward-population"}
Asked = tuple[str, dict[str, Any]]


def requests(slug_address: str, template: str) -> list[Asked]:
    """List what can be asked, well and badly."""
    slug = {"type": "ref/resource", "uri": template}
    return [
        ("tools/list", {}),
        ("tools/call", {"name": "resolve_place", "arguments": {"name": "八王子市"}}),
        ("tools/call", {"name": "resolve_place", "arguments": {}}),
        ("tools/call", {"name": "no_such_tool", "arguments": {}}),
        ("tools/call", {"name": "resolve_place", "arguments": 1}),
        ("resources/list", {}),
        ("resources/list", {"cursor": "no cursor"}),
        ("resources/templates/list", {}),
        ("resources/read", {"uri": slug_address}),
        ("resources/read", {"uri": slug_address + "-not"}),
        ("resources/read", {"uri": "test://other"}),
        ("prompts/list", {}),
        ("prompts/get", {"name": "check_statement", "arguments": {"statement": "人口は 66,680 人である。"}}),
        ("prompts/get", {"name": "check_statement"}),
        ("prompts/get", {"name": "no_such_prompt"}),
        ("completion/complete", {"ref": slug, "argument": {"name": "slug", "value": "特別"}}),
        ("completion/complete", {"ref": slug}),
    ]


NEW: list[Asked] = [("server/discover", {}), ("subscriptions/listen", {"notifications": {}}), ("no/such", {})]
OLD: list[Asked] = [
    ("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}),
    ("ping", {}),
    ("logging/setLevel", {"level": "info"}),
    ("resources/subscribe", {"uri": "test://other"}),
    ("resources/unsubscribe", {"uri": "test://other"}),
    ("no/such", {}),
]


def violations(answer: Any, method: str, revision: str) -> list[str]:
    kind: Any = types.JSONRPCError if "error" in answer else SERVER_RESULTS[method, revision]
    schema = TypeAdapter(kind).json_schema(by_alias=True)
    told = answer if "error" in answer else answer["result"]
    return [
        f"{method}: {each.json_path}: {each.message[:200]}" for each in Draft202012Validator(schema).iter_errors(told)
    ]


def ask(serving: Serving, asked: Asked, revision: str) -> Any:
    method, params = asked
    name = params.get("name") or params.get("uri") or ""
    said = {**headers(method, name), "MCP-Protocol-Version": revision}
    body = message(method, **params)
    if revision != REVISION:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        said = {key: each for key, each in said.items() if not key.startswith("Mcp-")}
    answer = httpx2.post(serving.url, headers=said, content=body, timeout=30)
    assert answer.status_code < 500
    found = answer.json()
    assert (found["jsonrpc"], found["id"]) == ("2.0", 1)
    return found


def everything(serving: Serving, revision: str) -> dict[str, list[Any]]:
    """Ask all of it, and answer what came by method."""
    reading = serving.portal.services.agent_reading
    asked = requests(reading.template.replace("{slug}", "ward-population"), reading.template)
    answers: dict[str, list[Any]] = {}
    for each in asked + (NEW if revision == REVISION else OLD):
        answers.setdefault(each[0], []).append(ask(serving, each, revision))
    return answers


@pytest.mark.parametrize("revision", [*EARLIER, REVISION])
def test_every_answer_is_as_the_schema_wants(serving: Serving, revision: str) -> None:
    answers = everything(serving, revision)
    of_the_revision = {method for method, version in SERVER_RESULTS if version == revision}
    assert (of_the_revision & SPEC_CLIENT_METHODS) - {
        "tasks/get",
        "tasks/list",
        "tasks/result",
        "tasks/cancel",
    } <= answers.keys()
    assert [
        wrong for method, some in answers.items() for each in some for wrong in violations(each, method, revision)
    ] == []
    refused = {method for method, some in answers.items() if any("error" in each for each in some)}
    assert {"no/such", "resources/read", "prompts/get", "resources/list", "completion/complete"} <= refused


def test_what_a_tool_answers_is_what_it_says_that_it_answers(serving: Serving) -> None:
    listed = {each["name"]: each for each in ask(serving, ("tools/list", {}), REVISION)["result"]["tools"]}
    for name, tool in listed.items():
        known = tool["inputSchema"]["properties"]
        for arguments in ({each: words for each, words in WORDS.items() if each in known}, {"?": 1}):
            answer = ask(serving, ("tools/call", {"name": name, "arguments": arguments}), REVISION)["result"]
            Draft202012Validator(tool["outputSchema"]).validate(answer["structuredContent"])
            assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]


def test_what_tools_take_and_answer_is_said_in_a_schema(serving: Serving) -> None:
    for each in ask(serving, ("tools/list", {}), REVISION)["result"]["tools"]:
        Draft202012Validator.check_schema(each["inputSchema"])
        Draft202012Validator.check_schema(each["outputSchema"])
        assert each["annotations"]["readOnlyHint"] is True
