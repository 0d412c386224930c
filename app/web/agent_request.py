"""Reads what is said of an agent, from the form and from JSON, and finds the words for what is decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, StrictBool, StrictInt

from app.identity import policy
from app.identity.agents.agent import DAYS, Allowance, Registration
from app.kernel.actor import AgentReach
from app.kernel.errors import BadRequest, Gone, NotFound
from app.kernel.text import Text
from app.web.context import actor, services
from app.web.parameters import Body, Line, Prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.identity.agents.agent import Agent
    from app.identity.organizations import Organization

_STANDARD = Allowance()


class Said(Body):
    """What an owner says of an agent. What is `null` narrows nothing; organizations and datasets are slugs."""

    organization: str = Field(description="The slug of the organization that answers for it, one of yours.")
    name: Line
    purpose: Prose = Field(description="What it is for, in a few sentences: those who approve it read this.")
    contact: Line = Field(description="An e-mail address or an address on the web.")
    vendor: Line = ""
    model: Line = ""
    days: StrictInt = Field(default=DAYS, description="How long it may work, 365 days at most.")
    tools: tuple[str, ...] | None = Field(default=None, description="Names of tools.")
    organizations: tuple[str, ...] | None = Field(default=None, description="Only the data of these organizations.")
    datasets: tuple[str, ...] | None = Field(default=None, description="Only these datasets.")
    internal: StrictBool = Field(default=False, description="Also what those organizations keep to their own people.")
    calls: StrictInt = Field(default=_STANDARD.calls, description="Calls in a day.")
    rows: StrictInt = Field(default=_STANDARD.rows, description="Rows in a day.")
    bytes: StrictInt = Field(default=_STANDARD.bytes, description="Bytes of answers in a day.")


def registered(said: Said) -> Agent:
    """Register an agent of the request's actor. Raises `BadRequest` for organizations and datasets there are not."""
    known = {each.slug: each.id for each in services().organizations.list()}
    own = {each.slug: each.id for each in services().organizations.where(actor(), policy.Action.REGISTER_AGENT)}
    if said.organization not in own:
        raise _unknown("organization", said.organization)
    registration = Registration(
        name=said.name,
        purpose=said.purpose,
        contact=said.contact,
        vendor=said.vendor,
        model=said.model,
        days=said.days,
        reach=AgentReach(
            tools=None if said.tools is None else frozenset(said.tools),
            organizations=_ids("organizations", said.organizations, known.get),
            datasets=_ids("datasets", said.datasets, _dataset),
            is_internal=said.internal,
        ),
        allowance=Allowance(said.calls, said.rows, said.bytes),
    )
    return services().agents.registry.register(actor(), own[said.organization], registration)


def titles() -> dict[str, Organization]:
    """Every organization, by id."""
    return {each.id: each for each in services().organizations.list()}


def whom(audience: str, organizations: dict[str, Organization]) -> Text:
    """Say who an audience is that decides about an agent."""
    kind, _, id_ = audience.partition(":")
    if kind == "org":
        found = organizations.get(id_)
        return found.title if found else Text(id_, id_)
    return Text("統括者", "Governors") if kind == policy.PORTAL else Text("所有者", "The owner")


def slugs_of(agent: Agent) -> dict[str, str]:
    """Find the slugs of an agent's datasets that the request's actor may know of, by id."""
    found = {}
    for each in sorted(agent.reach.datasets or ()):
        try:
            found[each] = services().catalog.get_by_id(actor(), each).slug
        except (NotFound, Gone):
            continue
    return found


def _ids(name: str, slugs: Iterable[str] | None, find: Callable[[str], Any]) -> frozenset[str] | None:
    if slugs is None:
        return None
    found = {slug: find(slug) for slug in tuple(slugs)[:1000]}
    missing = [slug for slug, id_ in found.items() if id_ is None]
    if missing:
        raise _unknown(name, missing[0])
    return frozenset(found.values())


def _dataset(slug: str) -> str | None:
    try:
        return services().catalog.get(actor(), slug).id
    except (NotFound, Gone):
        return None


def _unknown(name: str, slug: str) -> BadRequest:
    shown = slug[:100]
    return BadRequest(
        Text(f"{name} の「{shown}」は見つかりません。", f"There is no “{shown}” that could stand in `{name}`.")
    )
