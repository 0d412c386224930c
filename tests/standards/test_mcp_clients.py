"""The official Python client, in each era of the protocol, over HTTP and over standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Coroutine
from typing import Any

import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters

from tests.standards.mcp_serving import ONE_WORKER, Serving

pytestmark = ONE_WORKER

# What the client says it speaks, and what it then speaks.
ERAS = {"2026-07-28": "2026-07-28", "auto": "2026-07-28", "legacy": "2025-11-25"}


def over_pipes(serving: Serving) -> StdioServerParameters:
    settings = serving.portal.services.settings
    environment = {"KAKEHASHI_DATA_DIR": str(settings.data_dir), "KAKEHASHI_SITE_URL": settings.url}
    command = ["-c", "from app.cli import main; main()", "mcp"]
    return StdioServerParameters(command=sys.executable, args=command, env={**os.environ, **environment})


def run(conversation: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(conversation, 60))


async def uses_everything(client: Client, slug: str) -> None:
    """Do once what clients do."""
    assert "resolve_place" in {each.name for each in (await client.list_tools()).tools}
    called = await client.call_tool("resolve_place", {"name": "八王子市"})
    assert called.structured_content
    assert called.structured_content["data"]["places"][0]["code5"] == "13201"
    listed = (await client.list_resources()).resources
    assert [each.name for each in listed] == [slug]
    (document,) = (await client.read_resource(listed[0].uri)).contents
    assert isinstance(document, types.TextResourceContents)
    assert document.text.startswith("# 特別区の人口")
    (template,) = (await client.list_resource_templates()).resource_templates
    reference = types.ResourceTemplateReference(type="ref/resource", uri=template.uri_template)
    completed = await client.complete(reference, {"name": "slug", "value": "特別区"})
    assert completed.completion.values == [slug]
    prompt = await client.get_prompt("look_up_figure", {"topic": "人口"})
    assert isinstance(prompt.messages[0].content, types.TextContent)
    assert "人口" in prompt.messages[0].content.text


@pytest.mark.parametrize("mode", ERAS)
def test_the_official_client_uses_everything_over_http(serving: Serving, mode: str) -> None:
    async def talk() -> None:
        async with Client(serving.url, mode=mode) as client:
            assert client.protocol_version == ERAS[mode]
            await uses_everything(client, "ward-population")

    run(talk())


def test_the_official_client_of_june_2025_uses_everything(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp.client.session.LATEST_HANDSHAKE_VERSION", "2025-06-18")

    async def talk() -> None:
        async with Client(serving.url, mode="legacy") as client:
            assert client.protocol_version == "2025-06-18"
            await uses_everything(client, "ward-population")

    run(talk())


def test_the_official_client_uses_everything_over_pipes(serving: Serving) -> None:
    async def talk() -> None:
        async with Client(over_pipes(serving)) as client:
            assert client.protocol_version == "2026-07-28"
            await uses_everything(client, "ward-population")

    run(talk())


def test_the_command_says_nothing_but_messages_and_ends_with_its_input(serving: Serving) -> None:
    parameters = over_pipes(serving)
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    said = [
        "no JSON",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}),
    ]
    ran = subprocess.run(
        [parameters.command, *parameters.args],
        env=parameters.env,
        input="\n".join([*said, ""]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stderr
    by_number = {each["id"]: each["result"] for each in answers if "result" in each}
    assert by_number[1]["protocolVersion"] == "2025-06-18"


def test_a_place_of_a_prompt_is_completed(serving: Serving) -> None:
    async def talk() -> None:
        async with Client(serving.url) as client:
            reference = types.PromptReference(type="ref/prompt", name="look_up_figure")
            place = await client.complete(reference, {"name": "place", "value": "八王"})
            topic = await client.complete(reference, {"name": "topic", "value": "特別"})
            assert place.completion.values == ["東京都八王子市"]
            assert topic.completion.values == []

    run(talk())
