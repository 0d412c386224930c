"""`/api/v1/agents`: registered AI agents, for those who answer for them, approve them and stop them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response
from pydantic import Field, StrictBool

from app.identity.agents.statistics import HOURS, Use
from app.identity.policy import Action
from app.web.access import Rule, rule
from app.web.agent_request import Said, registered, titles
from app.web.api import agent_shapes, blueprint
from app.web.context import actor, services
from app.web.interface import Interface, describes, json
from app.web.oauth import MCP, TOKEN
from app.web.parameters import Body, read_json
from app.web.respond import json_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.identity.agents.agent import Agent

_AGENT = json(agent_shapes.AgentAnswer)


class Renewed(Body):
    """Whether all other secrets end at once, and the access tokens with them."""

    end_others: StrictBool = Field(default=False, description="Somebody else may have them.")


@blueprint.get("/agents")
@rule(Rule(Action.READ_AGENTS))
@describes(Interface(answers={200: json(agent_shapes.AgentList)}))
def list_agents() -> Response:
    """Registered AI agents: your own, those that reach your organization's data, all for governors."""
    return json_answer({"agents": _shown(services().agents.registry.list(actor()))})


@blueprint.post("/agents")
@rule(Rule(Action.REGISTER_AGENT))
@describes(
    Interface(
        bodies={"application/json": Said},
        answers={201: json(agent_shapes.AgentRegistered)},
        problems=(400, 409, 422),
    )
)
def register_agent() -> Response:
    """Register an AI agent of yours. It works once all whom it needs have approved it; its secret is shown once."""
    agent = registered(read_json(Said))
    secret = services().agents.credentials.rotate(actor(), agent.id)
    said: agent_shapes.AgentRegistered = {"agent": _shown([agent])[0], "secret": _secret(agent.id, secret)}
    return json_answer(said, 201, Location=f"/api/v1/agents/{agent.id}")


@blueprint.get("/agents/<uuid:agent_id>")
@rule(Rule(Action.READ_AGENTS))
@describes(Interface(answers={200: _AGENT}))
def get_agent(agent_id: object) -> Response:
    """One AI agent: where it stands, who decided what, what it may still use today."""
    return _answer(services().agents.registry.get(actor(), str(agent_id)))


@blueprint.post("/agents/<uuid:agent_id>/stop")
@rule(Rule(Action.READ_AGENTS))
@describes(Interface(answers={200: _AGENT}))
def stop_agent(agent_id: object) -> Response:
    """Stop an AI agent. From its next call on it is refused, in every process; answers on their way do not leave."""
    return _answer(services().agents.registry.stop(actor(), str(agent_id)))


@blueprint.post("/agents/<uuid:agent_id>/resume")
@rule(Rule(Action.READ_AGENTS))
@describes(Interface(answers={200: _AGENT}, problems=(409,)))
def resume_agent(agent_id: object) -> Response:
    """Let an AI agent that was stopped work again; those may who may have stopped it."""
    return _answer(services().agents.registry.resume(actor(), str(agent_id)))


@blueprint.post("/agents/<uuid:agent_id>/approve")
@rule(Rule(Action.READ_AGENTS))
@describes(Interface(answers={200: _AGENT}, problems=(409,)))
def approve_agent(agent_id: object) -> Response:
    """Approve an AI agent: governors for public data, an organization's publishers for what it keeps to itself."""
    return _answer(services().agents.registry.approve(actor(), str(agent_id)))


@blueprint.post("/agents/<uuid:agent_id>/refuse")
@rule(Rule(Action.READ_AGENTS))
@describes(Interface(answers={200: _AGENT}, problems=(409,)))
def refuse_agent(agent_id: object) -> Response:
    """Refuse an AI agent, or take an approval back; it works no more from now on."""
    return _answer(services().agents.registry.refuse(actor(), str(agent_id)))


@blueprint.post("/agents/<uuid:agent_id>/secrets")
@rule(Rule(Action.MANAGE_OWN_ACCOUNT))
@describes(
    Interface(
        bodies={"application/json": Renewed},
        optional_body=True,
        answers={201: json(agent_shapes.AgentSecret)},
        problems=(400,),
    )
)
def renew_secret(agent_id: object) -> Response:
    """Make another secret for an AI agent of yours; two work at a time, unless `end_others` says otherwise."""
    services().agents.registry.get(actor(), str(agent_id))
    credentials = services().agents.credentials
    renew = credentials.replace if read_json(Renewed).end_others else credentials.rotate
    return json_answer(_secret(str(agent_id), renew(actor(), str(agent_id))), 201)


def _answer(agent: Agent) -> Response:
    return json_answer(_shown([agent])[0])


def _secret(agent_id: str, secret: str) -> agent_shapes.AgentSecret:
    absolute = services().site.absolute
    return {
        "client_id": agent_id,
        "client_secret": secret,
        "token_endpoint": absolute(TOKEN),
        "resource": absolute(MCP),
    }


def _shown(agents: Sequence[Agent]) -> list[agent_shapes.AgentAnswer]:
    slugs = {id_: each.slug for id_, each in titles().items()}
    used = services().agents.statistics.by_agent(agents, HOURS["day"])
    return [
        {
            "id": each.id,
            "name": each.name,
            "state": each.state,
            "organization": slugs.get(each.organization_id, each.organization_id),
            "purpose": each.purpose,
            "contact": each.contact,
            "vendor": each.vendor,
            "model": each.model,
            "created": each.created,
            "expires": each.expires,
            "tools": _sorted(each.reach.tools),
            "organizations": _sorted(each.reach.organizations, slugs),
            "datasets": _sorted(each.reach.datasets),
            "internal": each.reach.is_internal,
            "allowance": each.allowance,
            "left": services().agents.allowances.left(each.id, each.allowance),
            "waits_for": list(each.missing),
            "decisions": [
                {"audience": one.audience, "ruling": one.ruling, "by": one.actor_name, "at": one.at}
                for one in each.decisions
            ],
            "day": used.get(each.id, Use(each.id)),
        }
        for each in agents
    ]


def _sorted(values: frozenset[str] | None, names: dict[str, str] | None = None) -> list[str] | None:
    return None if values is None else sorted((names or {}).get(each, each) for each in values)
