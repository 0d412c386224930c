"""`kakehashi agents`: registered AI agents, for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.portal import open_portal
from app.identity.agents.agent import DAYS, Allowance, Registration
from app.identity.agents.statistics import HOURS
from app.kernel.actor import SYSTEM, AgentReach

if TYPE_CHECKING:
    from app.identity.agents.agent import Agent
    from app.wiring import Services

_STANDARD = Allowance()


@click.group("agents")
def agents() -> None:
    """List, register, stop and resume AI agents."""


@agents.command("list")
def list_() -> None:
    """Print every agent: id, state, calls in 24 hours, name, owner."""
    services = open_portal()
    found = services.agents.registry.list(SYSTEM)
    used = services.agents.statistics.by_agent(found, HOURS["day"])
    for each in found:
        calls = used[each.id].calls if each.id in used else 0
        click.echo(f"{each.id}  {each.state.value:<8}  {calls:>6}  {each.name} ({each.owner})")


@agents.command("stop")
@click.argument("agent_id")
def stop(agent_id: str) -> None:
    """Stop an agent: it is refused from its next call on, in every process."""
    _say(open_portal().agents.registry.stop(SYSTEM, agent_id))


@agents.command("resume")
@click.argument("agent_id")
def resume(agent_id: str) -> None:
    """Let an agent that was stopped work again."""
    _say(open_portal().agents.registry.resume(SYSTEM, agent_id))


@agents.command("register")
@click.argument("name")
@click.option("--owner", required=True, help="The e-mail address of the person who answers for it.")
@click.option("--for", "slug", required=True, help="The organization that answers for it, by its slug.")
@click.option("--purpose", required=True, help="What it is for.")
@click.option("--contact", required=True, help="An e-mail address or an address on the web.")
@click.option("--vendor", default="")
@click.option("--model", default="")
@click.option("--days", default=DAYS, help="How long it may work, 365 at most.")
@click.option("--tool", "tools", multiple=True, help="Only these tools. May be given more than once.")
@click.option("--organization", "organizations", multiple=True, help="Only this organization's data, by its slug.")
@click.option("--dataset", "datasets", multiple=True, help="Only this dataset, by its slug.")
@click.option("--internal", is_flag=True, help="Also what those organizations keep to their own people.")
@click.option("--calls", default=_STANDARD.calls, help="Calls in a day.")
@click.option("--rows", default=_STANDARD.rows, help="Rows in a day.")
@click.option("--bytes", "size", default=_STANDARD.bytes, help="Bytes of answers in a day.")
def register(
    *,
    name: str,
    owner: str,
    slug: str,
    purpose: str,
    contact: str,
    vendor: str,
    model: str,
    days: int,
    tools: tuple[str, ...],
    organizations: tuple[str, ...],
    datasets: tuple[str, ...],
    internal: bool,
    calls: int,
    rows: int,
    size: int,
) -> None:
    """Register an agent of somebody's, which waits for approval. Its owner makes the secret, on its page."""
    services = open_portal()
    reach = AgentReach(
        frozenset(tools) or None,
        frozenset(_organization(services, each) for each in organizations) or None,
        frozenset(services.catalog.get(SYSTEM, each).id for each in datasets) or None,
        internal,
    )
    said = Registration(name, purpose, contact, vendor, model, days, reach, Allowance(calls, rows, size))
    person = services.accounts.person(owner)
    made = services.agents.registry.register_for(SYSTEM, person.id, _organization(services, slug), said)
    _say(made)
    click.echo(services.site.absolute(f"/agents/{made.id}"))


def _organization(services: Services, slug: str) -> str:
    return services.organizations.get(slug).id


def _say(agent: Agent) -> None:
    click.echo(f"{agent.id}  {agent.state.value}")
