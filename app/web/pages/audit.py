"""The audit record, and what waits for a governor's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from app import audit
from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import ActorKind
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.web.access import Rule, rule
from app.web.context import actor, services
from app.web.pages import blueprint
from app.web.pages.examined import labels, visible
from app.web.respond import integer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.audit import Act
    from app.identity.organizations import Organization

PAGE = 50
MAX_OFFSET = 1_000_000


@blueprint.get("/audit")
@rule(Rule(Action.READ_AUDIT))
def audit_record() -> str:
    """Who did what, newest first; of one organization where one is asked for."""
    own = services().organizations.where(actor(), Action.READ_AUDIT)
    chosen = request.args.get("organization", "")
    offset = integer("offset", 0, low=0, high=MAX_OFFSET)
    with services().database.read() as session:
        acts = audit.acts(session, organization_ids=_reached(own, chosen), offset=offset, limit=PAGE)
    return render_template(
        "audit.html",
        acts=acts,
        people=_names(acts.items),
        organizations=own,
        titles={each.id: each.title for each in own},
        chosen=chosen,
        held=services().publishing.held(actor()) if policy.may(actor(), Action.RELEASE_PERSONAL_DATA, ()) else None,
        labels=labels(),
        visible=visible,
        said=said,
    )


def _reached(own: tuple[Organization, ...], chosen: str) -> frozenset[str] | None:
    """Name the organizations whose acts are listed; `None` is everything, acts of the portal itself included."""
    if chosen:
        found = frozenset(each.id for each in own if each.slug == chosen)
        if not found:
            raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
        return found
    if policy.audiences(actor(), Action.READ_AUDIT) is None:
        return None
    return frozenset(each.id for each in own)


def _names(acts: Sequence[Act]) -> dict[str, str]:
    """Find the names behind ids of people and their tokens, of those who still have a role where they acted."""
    reading = {each.id for each in services().organizations.where(actor(), Action.READ_ORGANIZATION)}
    ids = {act.organization_id for act in acts if act.organization_id in reading}
    members = [each for id_ in ids if id_ for each in services().organizations.members(actor(), id_)]
    names = {each.person_id: each.name or each.email for each in members}
    holders = services().accounts.holders({act.actor_id for act in acts if act.actor_kind == ActorKind.TOKEN})
    agents: dict[str, str] = {}
    if any(act.actor_kind == ActorKind.AGENT for act in acts):
        agents = {each.id: each.name for each in services().agents.registry.list(actor())}
    return names | agents | {token: names[person] for token, person in holders.items() if person in names}


def said(value: object) -> str:
    """Write a detail of an act for people: a list as its items, a thing as its parts with their names."""
    if isinstance(value, list):
        return ", ".join(map(said, value))
    if isinstance(value, dict):
        return " ".join(f"{name}={said(part)}" for name, part in value.items() if part not in ("", None))
    return str(value)
