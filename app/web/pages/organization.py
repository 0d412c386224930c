"""My organization: its datasets in every state, its submissions, its people, and my API tokens."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from app.catalog import places
from app.catalog.record import State
from app.identity import policy
from app.identity.organizations import Description, Organization
from app.identity.policy import SCOPES, Action
from app.kernel.actor import PORTAL_ROLES, ActorKind, Role
from app.kernel.errors import AppError, BadRequest, NotFound
from app.kernel.text import Text
from app.publishing.repair.rules import RULES
from app.web.access import Rule, rule
from app.web.context import actor, services
from app.web.errors import STATUS
from app.web.pages import blueprint
from app.web.texts import field

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LISTED = 100


@blueprint.get("/organization")
@rule(Rule(Action.READ_ORGANIZATION))
def my_organizations() -> ResponseReturnValue:
    """Go to my organization; where there are several, or I may add one, choose."""
    own = services().organizations.where(actor(), Action.READ_ORGANIZATION)
    if len(own) == 1 and not policy.may(actor(), Action.CREATE_ORGANIZATION, (policy.PORTAL,)):
        return redirect(url_for("pages.organization", slug=own[0].slug))
    return render_template("organizations.html", organizations=own, problem=None)


@blueprint.post("/organization")
@rule(Rule(Action.CREATE_ORGANIZATION))
def create_organization() -> ResponseReturnValue:
    """Add an organization."""
    created = services().organizations.create(
        actor(),
        slug=field("slug"),
        title=Text(field("title_ja"), field("title_en")),
        contact_email=field("contact_email"),
    )
    return redirect(url_for("pages.organization", slug=created.slug), 303)


@blueprint.get("/organization/<slug:slug>")
@rule(Rule(Action.READ_ORGANIZATION))
def organization(slug: str) -> str:
    """The organization's workplace."""
    return _page(_own(slug))


@blueprint.post("/organization/<slug:slug>/description")
@rule(Rule(Action.MANAGE_ORGANIZATION))
def describe_organization(slug: str) -> ResponseReturnValue:
    """Change what readers are told of the organization; what was typed stays where it cannot be."""
    own = _own(slug)
    rest = {each.name: field(each.name) for each in fields(Description) if each.name != "title"}
    description = Description(Text(field("title_ja"), field("title_en")), **rest)
    try:
        services().organizations.describe(actor(), own.id, description)
    except BadRequest as error:
        return _page(own, described=description, problem=error), STATUS[type(error)]
    return redirect(url_for("pages.organization", slug=slug, _anchor="description"), 303)


@blueprint.post("/organization/<slug:slug>/repairs")
@rule(Rule(Action.MANAGE_ORGANIZATION))
def set_repairs(slug: str) -> ResponseReturnValue:
    """Say what is to happen with repairs in the organization's uploads; only what differs from a rule's own is kept."""
    own = _own(slug)
    ticked = set(request.form.getlist("rule"))
    defaults = {code: code in ticked for code, each in RULES.items() if (code in ticked) is not each.default}
    services().organizations.set_repairs(actor(), own.id, field("repairs"), defaults)
    return redirect(url_for("pages.organization", slug=slug, _anchor="repairs"), 303)


@blueprint.post("/organization/<slug:slug>/people")
@rule(Rule(Action.MANAGE_ORGANIZATION))
def invite(slug: str) -> str:
    """Give somebody a role; a person new to the portal gets a one-time link to hand over."""
    own = _own(slug)
    secret = services().accounts.invite(
        actor(), email=field("email"), name=field("name"), role=_role(), organization_id=own.id
    )
    if secret is None:
        return _page(own, known_already=True)
    return _page(own, new_link=services().site.absolute(url_for("pages.link", secret=secret)))


@blueprint.post("/organization/<slug:slug>/people/<uuid:person_id>/revoke")
@rule(Rule(Action.MANAGE_ORGANIZATION))
def revoke_role(slug: str, person_id: object) -> ResponseReturnValue:
    """Take a role in this organization from somebody."""
    own = _own(slug)
    services().organizations.revoke(actor(), person_id=str(person_id), role=_role(), organization_id=own.id)
    return redirect(url_for("pages.organization", slug=slug), 303)


@blueprint.post("/organization/<slug:slug>/tokens")
@rule(Rule(Action.MANAGE_OWN_ACCOUNT))
def create_token(slug: str) -> str:
    """Make a token of mine for this organization; its secret is shown once, on this page."""
    own = _own(slug)
    secret = services().accounts.create_token(
        actor(),
        name=field("name"),
        scopes=[scope for scope in request.form.getlist("scope") if scope in SCOPES],
        organization_id=own.id,
    )
    return _page(own, new_token=secret)


@blueprint.post("/organization/<slug:slug>/tokens/<uuid:token_id>/revoke")
@rule(Rule(Action.MANAGE_OWN_ACCOUNT))
def revoke_token(slug: str, token_id: object) -> ResponseReturnValue:
    """End a token of mine."""
    services().accounts.revoke_token(actor(), str(token_id))
    return redirect(url_for("pages.organization", slug=slug), 303)


def _own(slug: str) -> Organization:
    found = services().organizations.get(slug)
    if not policy.may(actor(), Action.READ_ORGANIZATION, (policy.organization(found.id),)):
        raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
    return found


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise BadRequest(Text("役割を選んでください。", "Choose a role.")) from None


def _page(
    own: Organization,
    *,
    new_token: str | None = None,
    new_link: str | None = None,
    known_already: bool = False,
    described: Description | None = None,
    problem: AppError | None = None,
) -> str:
    who = actor()
    audience = (policy.organization(own.id),)
    reads_submissions = policy.may(who, Action.READ_SUBMISSION, audience)
    return render_template(
        "organization.html",
        organization=own,
        datasets=services().catalog.list(who, organization_id=own.id, states=tuple(State), limit=LISTED),
        submissions=services().publishing.list(who, own.id, limit=LISTED) if reads_submissions else None,
        people=services().organizations.members(who, own.id),
        tokens=services().accounts.tokens(who) if who.kind is ActorKind.PERSON else (),
        scopes=tuple(SCOPES),
        rules=RULES,
        roles=tuple(role for role in Role if role not in PORTAL_ROLES),
        new_token=new_token,
        new_link=new_link,
        known_already=known_already,
        described=described or own,
        prefectures=tuple(places.prefectures()),
        place_of=places.place_of,
        problem=problem,
    )
