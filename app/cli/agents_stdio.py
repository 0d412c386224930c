"""`kakehashi mcp`: the tools for agents over standard input and output, for an agent on this machine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from app.agents.protocol.server import About, Caller, make_server, speak_over_pipes
from app.cli.portal import open_portal

if TYPE_CHECKING:
    from app.wiring import Services


@click.command("mcp")
def mcp() -> None:
    """Speak the Model Context Protocol over standard input and output.

    Reads the data folder of this machine as anybody may: public data, without a network and without a token. The
    program of an agent starts it; what is logged goes to standard error.
    """
    services = open_portal()
    try:
        asyncio.run(_serve(services))
    finally:
        services.agents.close()
        services.sql.close()
        services.database.dispose()


async def _serve(services: Services) -> None:
    about = About.of(services.site)
    await speak_over_pipes(make_server(services.agent_tools, services.agent_reading, lambda _: Caller(), about))
