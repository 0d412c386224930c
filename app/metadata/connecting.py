"""How programs for language models connect to the server for agents: cards that machines read, words for people.

The server card is SEP-2127's (github.com/modelcontextprotocol/experimental-ext-server-card), `server.json` that of the
MCP registry (schema of 2025-12-11), the catalogue that of github.com/Agent-Card/ai-catalog.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.metadata.linksets import AI_CATALOG, MCP, OPENAPI, SERVER_CARD

if TYPE_CHECKING:
    from app.catalog.addresses import Site

PROTOCOLS = ("2025-06-18", "2025-11-25", "2026-07-28")
CARD_PATH = f"{MCP}/server-card"
GUIDE_PATH = f"{MCP}/connect.md"
NAME = "kakehashi"

_SCHEMAS = "https://static.modelcontextprotocol.io/schemas"
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Snippet:
    """What makes a client connect: `{url}` in the text is the server's address."""

    client: str
    where: str
    language: str
    text: str

    def at(self, site: Site) -> str:
        """Write it for a portal."""
        return self.text.replace("{url}", site.absolute(MCP))


SNIPPETS = (
    Snippet("Claude Code", "in a terminal", "bash", "claude mcp add --transport http kakehashi {url}\n"),
    Snippet(
        "Claude Desktop",
        "in `claude_desktop_config.json` (needs Node.js), or the address alone under Settings, Connectors",
        "json",
        '{"mcpServers": {"kakehashi": {"command": "npx", "args": ["-y", "mcp-remote", "{url}"]}}}\n',
    ),
    Snippet(
        "Visual Studio Code",
        "in `.vscode/mcp.json`",
        "json",
        '{"servers": {"kakehashi": {"type": "http", "url": "{url}"}}}\n',
    ),
    Snippet("Cursor", "in `.cursor/mcp.json`", "json", '{"mcpServers": {"kakehashi": {"url": "{url}"}}}\n'),
    Snippet("Codex CLI", "in `~/.codex/config.toml`", "toml", '[mcp_servers.kakehashi]\nurl = "{url}"\n'),
    Snippet(
        "Gemini CLI", "in `~/.gemini/settings.json`", "json", '{"mcpServers": {"kakehashi": {"httpUrl": "{url}"}}}\n'
    ),
    Snippet(
        "Python",
        "with `pip install mcp`",
        "python",
        "import asyncio\n\n"
        "from mcp import Client\n\n\n"
        "async def main():\n"
        '    async with Client("{url}") as client:\n'
        '        found = await client.call_tool("search_datasets", {"query": "人口"})\n'
        "        print(found.structured_content)\n\n\n"
        "asyncio.run(main())\n",
    ),
)


def server_card(site: Site, version: str) -> dict[str, Any]:
    """Say what the server is and where, before anybody connects."""
    return {
        "$schema": f"{_SCHEMAS}/v1/server-card.schema.json",
        **_about(site, version),
        "icons": [{"src": site.absolute("/static/logo.svg"), "mimeType": "image/svg+xml", "sizes": ["any"]}],
        "remotes": [{**_remote(site), "supportedProtocolVersions": list(PROTOCOLS)}],
    }


def server_json(site: Site, version: str) -> dict[str, Any]:
    """Say the same as registries of servers want it."""
    return {
        "$schema": f"{_SCHEMAS}/2025-12-11/server.schema.json",
        **_about(site, version),
        "remotes": [_remote(site)],
    }


def ai_catalog(site: Site) -> dict[str, Any]:
    """List what is here for language models. Drafts differ in what they call the type, so it stands twice."""
    entries = (
        ("mcp", site.absolute(CARD_PATH), SERVER_CARD, f"{_title(site)}: MCP"),
        ("api", site.absolute("/openapi.json"), OPENAPI, f"{_title(site)}: REST API"),
    )
    return {
        "specVersion": "1.0",
        "host": {
            "displayName": site.publisher.get("en"),
            "identifier": _host(site),
            "documentationUrl": site.absolute("/llms.txt"),
            "logoUrl": site.absolute("/static/logo.svg"),
        },
        "entries": [
            {
                "identifier": f"urn:air:{_host(site)}:{kind}:{NAME}",
                "displayName": name,
                "type": media_type,
                "mediaType": media_type,
                "url": url,
            }
            for kind, url, media_type, name in entries
        ],
    }


def guide(site: Site) -> bytes:
    """Write, as Markdown, how to connect with each of the common clients."""
    opening = (
        f"The server speaks the Model Context Protocol (Streamable HTTP) at `{site.absolute(MCP)}`. Public data needs "
        "no key. Whoever runs an agent that is registered here sends its token as `Authorization: Bearer …`; clients "
        f"that send a token only when asked connect to `{site.absolute(MCP)}/registered`."
    )
    parts = [f"# Connect an agent to {_title(site)}", opening]
    for each in SNIPPETS:
        parts += [f"## {each.client}", f"{each.where[0].upper()}{each.where[1:]}:", _fenced(each, site)]
    return ("\n\n".join(parts) + "\n").encode()


def links(site: Site) -> tuple[tuple[str, str, str], ...]:
    """Answer what the home page links for programs: relation, address, media type."""
    return (
        ("ai-catalog", site.absolute("/.well-known/ai-catalog.json"), AI_CATALOG),
        ("api-catalog", site.absolute("/.well-known/api-catalog"), "application/linkset+json"),
        ("service-desc", site.absolute("/openapi.json"), OPENAPI),
        ("service-desc", site.absolute(CARD_PATH), SERVER_CARD),
        ("service-doc", site.absolute("/llms.txt"), "text/markdown"),
    )


def _fenced(snippet: Snippet, site: Site) -> str:
    return f"```{snippet.language}\n{snippet.at(site)}```"


def _about(site: Site, version: str) -> dict[str, Any]:
    return {
        "name": f"{'.'.join(reversed(_host(site).split('.')))}/{NAME}",
        "title": _title(site)[:_LONGEST],
        "description": (site.description.get("en") or _title(site))[:_LONGEST],
        "version": version,
        "websiteUrl": site.url,
    }


def _remote(site: Site) -> dict[str, Any]:
    return {"type": "streamable-http", "url": site.absolute(MCP)}


def _title(site: Site) -> str:
    return site.title.get("en") or NAME


def _host(site: Site) -> str:
    """Name the site's host in letters that names of servers may have; addresses of IPv6 have others."""
    return (urlsplit(site.url).hostname or "localhost").replace(":", "-").strip("-")
