"""Programs find the server for agents: cards, catalogues, links, words; and each snippet for a client leads to it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from signposting import find_signposting_http_link  # type: ignore[import-untyped]

from app.catalog.addresses import Site
from app.kernel.text import Text
from app.metadata import connecting
from app.metadata.connecting import PROTOCOLS, SNIPPETS, Snippet
from tests.standards.mcp_serving import ONE_WORKER, REVISION, Serving, headers, message

pytestmark = ONE_WORKER

SCHEMAS = Path(__file__).parents[2] / "metadata" / "schemas"
CARDS = ("/mcp/server-card", "/.well-known/mcp/server-card.json")


def get(serving: Serving, path: str) -> httpx2.Response:
    return httpx2.get(serving.portal.services.site.absolute(path))


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", CARDS)
def test_the_card_says_what_the_server_says_of_itself(serving: Serving, path: str) -> None:
    answer = get(serving, path)
    card = answer.json()
    schema("mcp-server-card.json").validate(card)
    asked = httpx2.post(serving.url, headers=headers("server/discover"), content=message("server/discover"))
    told = asked.json()["result"]
    about = told["_meta"]["io.modelcontextprotocol/serverInfo"]
    assert answer.headers["Content-Type"] == "application/mcp-server-card+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (card["title"], card["version"]) == (about["title"], about["version"])
    assert card["name"].endswith(f"/{about['name']}")
    assert set(told["supportedVersions"]) <= set(card["remotes"][0]["supportedProtocolVersions"])
    assert card["remotes"][0]["url"] == serving.url


@pytest.mark.parametrize("revision", PROTOCOLS)
def test_each_revision_that_the_card_names_is_spoken(serving: Serving, revision: str) -> None:
    about = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    sent = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
    said = {"Accept": "application/json, text/event-stream"}
    if revision == REVISION:
        assert httpx2.post(serving.url, headers=headers("tools/list"), content=message("tools/list")).is_success
    else:
        answer = httpx2.post(serving.url, headers=said, json=sent).json()
        assert answer["result"]["protocolVersion"] == revision


def test_the_entry_for_registries_is_as_they_want_it(serving: Serving) -> None:
    entry = get(serving, "/.well-known/mcp/server.json").json()
    schema("mcp-server.json").validate(entry)
    assert entry["remotes"] == [{"type": "streamable-http", "url": serving.url}]
    assert entry["version"] == version("kakehashi")


@pytest.mark.parametrize("url", ["https://data.example.jp", "http://[::1]:8000", "http://127.0.0.1:8000", "https://x"])
def test_names_are_names_wherever_the_portal_is(url: str) -> None:
    site = Site(url, Text("長" * 300, "L" * 300), description=Text("長" * 300, "L" * 300))
    schema("mcp-server-card.json").validate(connecting.server_card(site, "1.0"))
    schema("mcp-server.json").validate(connecting.server_json(site, "1.0"))


def test_the_catalogue_leads_to_the_card(serving: Serving) -> None:
    answer = get(serving, "/.well-known/ai-catalog.json")
    catalogue = answer.json()
    assert answer.headers["Content-Type"] == "application/ai-catalog+json"
    assert catalogue["specVersion"] == "1.0"
    for each in catalogue["entries"]:
        assert each["type"] == each["mediaType"]
        assert re.fullmatch(r"urn:air:[a-z0-9.-]+:[a-z]+:kakehashi", each["identifier"])
        found = httpx2.get(each["url"])
        assert found.headers["Content-Type"].partition(";")[0] == each["type"]
    assert catalogue["entries"][0]["url"] == serving.portal.services.site.absolute(CARDS[0])


def test_the_home_page_links_what_programs_need(serving: Serving) -> None:
    answer = get(serving, "/")
    links = re.findall(r'<([^>]+)>; rel="([^"]+)"; type="([^"]+)"', answer.headers["Link"])
    assert {relation for _, relation, _ in links} == {"ai-catalog", "api-catalog", "service-desc", "service-doc"}
    assert find_signposting_http_link(answer.headers.get_list("Link"), str(answer.url)) is not None
    for address, _, media_type in links:
        assert httpx2.get(address).headers["Content-Type"].partition(";")[0] == media_type


def test_llms_txt_says_how_to_connect(serving: Serving) -> None:
    said = get(serving, "/llms.txt").text
    assert f"claude mcp add --transport http kakehashi {serving.url}" in said
    (guide,) = re.findall(r"\[Other clients\]\((.+?)\)", said)
    assert serving.url in httpx2.get(guide).text


def address_in(snippet: Snippet, written: str) -> str:
    """Read a snippet as its client does, and answer the address that is in it."""
    if snippet.language == "bash":
        return shlex.split(written)[-1]
    if snippet.language == "python":
        return str(re.findall(r'Client\("(.+?)"\)', written)[0])
    read: Any = tomllib.loads(written) if snippet.language == "toml" else json.loads(written)
    (servers,) = read.values()
    (server,) = servers.values()
    found: str = server.get("url") or server.get("httpUrl") or server["args"][-1]
    return found


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda each: each.client)
def test_each_snippet_leads_to_the_server(serving: Serving, snippet: Snippet) -> None:
    site = serving.portal.services.site
    address = address_in(snippet, snippet.at(site))
    answer = httpx2.post(address, headers=headers("server/discover"), content=message("server/discover"))
    assert answer.json()["result"]["supportedVersions"]
    assert snippet.at(site) in get(serving, "/mcp/connect.md").text


def test_the_snippet_in_python_runs(serving: Serving) -> None:
    written = next(each for each in SNIPPETS if each.language == "python").at(serving.portal.services.site)
    assert Client.__name__ in written
    ran = subprocess.run([sys.executable, "-c", written], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "ward-population" in ran.stdout
