"""Registered AI agents: the list with what they did lately, one of them, the form, and the button that stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from app.identity import policy
from app.identity.agents.agent import DAYS, MOST_DAYS, AgentState, Allowance, Ruling
from app.identity.agents.statistics import HOURS
from app.identity.policy import Action
from app.kernel.errors import AppError, BadRequest, Conflict, Invalid
from app.kernel.text import Text
from app.web.access import Rule, rule
from app.web.agent_request import Said, registered, slugs_of, titles, whom
from app.web.context import actor, services
from app.web.errors import STATUS
from app.web.oauth import MCP, TOKEN
from app.web.pages import blueprint
from app.web.texts import clean

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.identity.agents.agent import Agent

STATES = {
    AgentState.WAITING: Text("承認待ち", "Waiting for approval"),
    AgentState.APPROVED: Text("利用中", "Working"),
    AgentState.STOPPED: Text("停止中", "Stopped"),
    AgentState.REFUSED: Text("不承認", "Refused"),
    AgentState.EXPIRED: Text("期限切れ", "Expired"),
}
RULINGS = {
    Ruling.APPROVED: Text("承認", "Approved"),
    Ruling.REFUSED: Text("不承認", "Refused"),
    Ruling.STOPPED: Text("停止", "Stopped"),
}
EVERYTHING, ORGANIZATIONS, DATASETS = "everything", "organizations", "datasets"
_NUMBERS = ("days", "calls", "rows", "bytes")


@blueprint.get("/agents")
@rule(Rule(Action.READ_AGENTS))
def agents() -> str:
    """The agents that the reader may know of, and for governors what each tool was used for."""
    found = services().agents.registry.list(actor())
    statistics = services().agents.statistics
    return render_template(
        "agents.html",
        agents=found,
        states=STATES,
        organizations=titles(),
        used=statistics.by_agent(found, HOURS["day"]),
        tools_day=statistics.by_tool(actor(), HOURS["day"]),
        tools_month=statistics.by_tool(actor(), HOURS["month"]),
        stops=stops,
    )


@blueprint.get("/agents/new")
@rule(Rule(Action.REGISTER_AGENT))
def agent_form() -> str:
    """The form."""
    return _form(MultiDict(), None)


@blueprint.post("/agents")
@rule(Rule(Action.REGISTER_AGENT))
def create_agent() -> ResponseReturnValue:
    """Register an agent of mine; its secret is shown once, on this page."""
    try:
        agent = registered(_said())
    except (BadRequest, Invalid, Conflict) as error:
        return _form(request.form, error), STATUS[type(error)]
    return _page(agent, new_secret=services().agents.credentials.rotate(actor(), agent.id))


@blueprint.get("/agents/<uuid:agent_id>")
@rule(Rule(Action.READ_AGENTS))
def agent(agent_id: object) -> str:
    """One agent: what it may do, who approved it, what it did."""
    return _page(services().agents.registry.get(actor(), str(agent_id)))


@blueprint.post("/agents/<uuid:agent_id>/<any(stop, resume, approve, refuse):deed>")
@rule(Rule(Action.READ_AGENTS))
def decide_agent(agent_id: object, deed: str) -> ResponseReturnValue:
    """Stop an agent, let it work again, approve or refuse it."""
    registry = services().agents.registry
    deeds = {"stop": registry.stop, "resume": registry.resume, "approve": registry.approve, "refuse": registry.refuse}
    deeds[deed](actor(), str(agent_id))
    return redirect(url_for("pages.agent", agent_id=agent_id), 303)


@blueprint.post("/agents/<uuid:agent_id>/secrets")
@rule(Rule(Action.MANAGE_OWN_ACCOUNT))
def renew_agent_secret(agent_id: object) -> str:
    """Make another secret; it is shown once, on this page."""
    services().agents.registry.get(actor(), str(agent_id))
    credentials = services().agents.credentials
    renew = credentials.replace if request.form.get("others") == "end" else credentials.rotate
    secret = renew(actor(), str(agent_id))
    return _page(services().agents.registry.get(actor(), str(agent_id)), new_secret=secret)


def stops(agent: Agent) -> bool:
    """Say whether the reader may stop an agent."""
    return bool(policy.may(actor(), Action.STOP_AGENT, agent.seers))


def decides(agent: Agent) -> bool:
    """Say whether the reader is one of those whose approval an agent needs."""
    return any(
        policy.may(actor(), Action.APPROVE_AGENT if each == policy.PORTAL else Action.SHARE_WITH_AGENT, (each,))
        for each in agent.deciders
    )


def _page(agent: Agent, *, new_secret: str | None = None) -> str:
    known = services().agents
    organizations = titles()
    return render_template(
        "agents_one.html",
        agent=agent,
        states=STATES,
        rulings=RULINGS,
        organizations=organizations,
        whom=lambda audience: whom(audience, organizations),
        slugs=slugs_of(agent),
        left=known.allowances.left(agent.id, agent.allowance),
        tools_day=known.statistics.tools_of(agent, HOURS["day"]),
        tools_month=known.statistics.tools_of(agent, HOURS["month"]),
        recent=known.statistics.recent(agent),
        stops=stops(agent),
        decides=decides(agent),
        is_own=agent.owner_id == actor().id,
        new_secret=new_secret,
        token_endpoint=services().site.absolute(TOKEN),
        resource=services().site.absolute(MCP),
    )


def _form(given: MultiDict[str, str], problem: AppError | None) -> str:
    return render_template(
        "agents_form.html",
        given=given,
        problem=problem,
        own=services().organizations.where(actor(), Action.REGISTER_AGENT),
        organizations=services().organizations.list(),
        tools=services().agents.registry.tools,
        days=DAYS,
        most_days=MOST_DAYS,
        allowance=Allowance(),
    )


def _said() -> Said:
    """Read the form. All tools ticked are no narrowing, since there may be more of them later."""
    form = request.form
    ticked = tuple(each for each in services().agents.registry.tools if each in form.getlist("tool"))
    reach = form.get("reach", EVERYTHING)
    chosen = {
        ORGANIZATIONS: tuple(map(clean, form.getlist("organizations"))),
        DATASETS: tuple(clean(form.get("datasets", "")).replace(",", " ").split()),
    }
    said = {name: form.get(name, "") for name in ("organization", "name", "contact", "vendor", "model", "purpose")}
    return Said.model_validate(
        said
        | {name: _number(name, form.get(name, "")) for name in _NUMBERS}
        | {
            "organization": clean(said["organization"]),
            "tools": None if len(ticked) == len(services().agents.registry.tools) else ticked,
            "organizations": chosen[ORGANIZATIONS] if reach == ORGANIZATIONS else None,
            "datasets": chosen[DATASETS] if reach == DATASETS else None,
            "internal": reach != EVERYTHING and form.get("internal") == "yes",
        }
    )


def _number(name: str, typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(10**15))):
        raise BadRequest(Text(f"{name} は数字で入力してください。", f"`{name}` is a whole number."))
    return int(typed)
