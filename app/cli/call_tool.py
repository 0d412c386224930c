"""`kakehashi call-tool`: calls a tool for agents as an agent does, for people who want to see what it answers."""

from __future__ import annotations

import json
from typing import Any

import click

from app.cli.portal import open_portal
from app.kernel.actor import ANONYMOUS


@click.command("call-tool")
@click.argument("name")
@click.argument("arguments", metavar="JSON", default="{}")
def call_tool(name: str, arguments: str) -> None:
    """Call a tool for agents on public data, and print the JSON that it answers.

    NAME is that of a tool, JSON an object of its arguments. Ends with 1 where the answer is an error.
    """
    given = _read(arguments)
    services = open_portal()
    try:
        outcome = services.agent_tools.call(ANONYMOUS, name, given, client="kakehashi call-tool")
    finally:
        services.agents.close()
        services.sql.close()
        services.database.dispose()
    click.echo(json.dumps(outcome.structure, ensure_ascii=False, indent=2))
    if outcome.is_error:
        raise SystemExit(1)


def _read(arguments: str) -> dict[str, Any]:
    try:
        read = json.loads(arguments)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"no JSON: {error}", param_hint="JSON") from error
    if not isinstance(read, dict):
        raise click.BadParameter('an object is needed, such as \'{"query": "人口"}\'', param_hint="JSON")
    return read
