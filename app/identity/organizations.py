"""Organizations: the publishers of data, and who has which role in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from app import audit
from app.identity import policy
from app.identity.models import GrantRow, OrganizationRow, PersonRow
from app.identity.policy import Action
from app.identity.slug import SLUG, SLUG_LENGTH
from app.kernel.actor import PORTAL_ROLES, Actor, Role
from app.kernel.errors import BadRequest, Conflict, Denied, NotFound, SignInNeeded
from app.kernel.ids import new_id
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.infra.db import Database
    from app.infra.work import UnitsOfWork, Work

LINE_LENGTH = 500

# The job that follows a change of what is said of an organization: its datasets say it too.
DESCRIBED = "describe_organization"

_WEB = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Organization:
    """A publisher as other parts know it.

    `repairs` is the word for what is to happen with repairs where a sender does not say, `repair_defaults` the
    rules that are to be applied or not in any of its uploads; `app.publishing` knows both. `area` is the place it is
    responsible for, as datasets write places.
    """

    id: str
    slug: str
    title: Text
    homepage: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_url: str = ""
    repairs: str = "ask"
    repair_defaults: Mapping[str, bool] = field(default_factory=dict)
    area: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What an organization says of itself to readers. `area` is a municipality code, a name or an address."""

    title: Text
    homepage: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_url: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person and their roles in one organization."""

    person_id: str
    email: str
    name: str
    roles: tuple[Role, ...]


def demand(actor: Actor, action: Action, subject: Iterable[str]) -> None:
    """Raise `SignInNeeded` or `Denied` unless the actor may."""
    decision = policy.may(actor, action, subject)
    if not decision:
        raise SignInNeeded(decision.reason) if actor.is_anonymous else Denied(decision.reason)


class Organizations:
    """What can be done with organizations. `repairs` and `rules` are the words that their choices may have."""

    def __init__(
        self, database: Database, units: UnitsOfWork, *, repairs: frozenset[str], rules: frozenset[str]
    ) -> None:
        self._database = database
        self._units = units
        self._repairs = repairs
        self._rules = rules

    def get(self, slug: str) -> Organization:
        """Find by slug; what an organization says of itself is public. Raises `NotFound`."""
        with self._database.read() as session:
            row = session.scalars(select(OrganizationRow).where(OrganizationRow.slug == slug)).one_or_none()
        if row is None:
            raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
        return _organization(row)

    def list(self) -> tuple[Organization, ...]:
        """List all organizations by slug."""
        with self._database.read() as session:
            rows = session.scalars(select(OrganizationRow).order_by(OrganizationRow.slug)).all()
        return tuple(_organization(row) for row in rows)

    def where(self, actor: Actor, action: Action) -> tuple[Organization, ...]:
        """List the organizations in which the actor may do something."""
        reached = policy.audiences(actor, action)
        return tuple(each for each in self.list() if reached is None or policy.organization(each.id) in reached)

    def create(
        self, actor: Actor, *, slug: str, title: Text, homepage: str = "", contact_email: str = ""
    ) -> Organization:
        """Add an organization. Raises `BadRequest` for a slug that is none, `Conflict` for one in use."""
        demand(actor, Action.CREATE_ORGANIZATION, (policy.PORTAL,))
        if not SLUG.fullmatch(slug) or len(slug) > SLUG_LENGTH:
            raise BadRequest(
                Text(
                    "組織の識別名は英小文字、数字、ハイフンで付けてください。",
                    "An organization's slug has lower-case letters, digits and hyphens.",
                )
            )
        if not title:
            raise BadRequest(Text("組織の名称が必要です。", "An organization needs a title."))
        with self._units() as work:
            if work.session.scalars(select(OrganizationRow.id).where(OrganizationRow.slug == slug)).first():
                raise Conflict(Text("この識別名は使われています。", "This slug is taken."))
            row = OrganizationRow(
                id=new_id(),
                slug=slug,
                title_ja=title.ja,
                title_en=title.en,
                homepage=homepage,
                contact_name=title.get("ja"),
                contact_email=contact_email,
                contact_url="",
                created=work.now,
            )
            work.session.add(row)
            audit.record(work, actor, "organization.create", f"organization:{row.id}", organization_id=row.id)
            work.commit()
        return _organization(row)

    def describe(self, actor: Actor, organization_id: str, description: Description) -> Organization:
        """Change what is said of an organization. The job `DESCRIBED` follows, for its datasets say it too.

        Raises `NotFound`, and `BadRequest` for words that cannot be what they stand for.
        """
        demand(actor, Action.MANAGE_ORGANIZATION, (policy.organization(organization_id),))
        _check(description)
        with self._units() as work:
            row = work.session.get(OrganizationRow, organization_id, with_for_update=True)
            if row is None:
                raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
            if not (changed := _describe(row, description)):
                return _organization(row)
            audit.record(
                work,
                actor,
                "organization.describe",
                f"organization:{organization_id}",
                organization_id=organization_id,
                fields=changed,
            )
            work.enqueue(DESCRIBED, organization_id=organization_id)
            work.commit()
        return _organization(row)

    def set_repairs(self, actor: Actor, organization_id: str, repairs: str, defaults: Mapping[str, bool]) -> None:
        """Say what is to happen with repairs in an organization's uploads, and which rules it applies or not.

        Raises `NotFound`, and `BadRequest` for words and rules that are none.
        """
        demand(actor, Action.MANAGE_ORGANIZATION, (policy.organization(organization_id),))
        if repairs not in self._repairs or not self._rules.issuperset(defaults):
            words, rules = ", ".join(sorted(self._repairs)), ", ".join(sorted(self._rules))
            raise BadRequest(
                Text(
                    f"直し方は {words} のいずれか、規則は {rules} の中から指定してください。",
                    f"What is to happen with repairs is one of {words}, and rules are among {rules}.",
                )
            )
        with self._units() as work:
            row = work.session.get(OrganizationRow, organization_id)
            if row is None:
                raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
            row.repairs, row.repair_defaults = repairs, dict(defaults)
            audit.record(
                work,
                actor,
                "organization.repairs",
                f"organization:{organization_id}",
                organization_id=organization_id,
                repairs=repairs,
                defaults=dict(defaults),
            )
            work.commit()

    def members(self, actor: Actor, organization_id: str) -> tuple[Member, ...]:
        """List the people of an organization."""
        demand(actor, Action.READ_ORGANIZATION, (policy.organization(organization_id),))
        with self._database.read() as session:
            rows = session.execute(
                select(PersonRow, GrantRow.role)
                .join(GrantRow, GrantRow.person_id == PersonRow.id)
                .where(GrantRow.organization_id == organization_id)
                .order_by(PersonRow.email)
            ).all()
        found: dict[str, Member] = {}
        for person, role in rows:
            before = found.get(person.id)
            roles = (*(before.roles if before else ()), Role(role))
            found[person.id] = Member(person.id, person.email, person.name, roles)
        return tuple(found.values())

    def grant(self, actor: Actor, *, person_id: str, role: Role, organization_id: str | None) -> None:
        """Give a person a role; portal roles are the operator's to give."""
        demand_management(actor, role, organization_id)
        with self._units() as work:
            if work.session.get(PersonRow, person_id) is None:
                raise NotFound(Text("この人は登録されていません。", "There is no such person."))
            add_grant(work, person_id=person_id, role=role, organization_id=organization_id)
            audit.record(
                work, actor, "role.grant", f"person:{person_id}", organization_id=organization_id, role=role.value
            )
            work.commit()

    def revoke(self, actor: Actor, *, person_id: str, role: Role, organization_id: str | None) -> None:
        """Take a role from a person; nothing happens where they do not have it.

        Raises `Conflict` for the last operator.
        """
        demand_management(actor, role, organization_id)
        held = (
            GrantRow.person_id == person_id,
            GrantRow.role == role,
            GrantRow.organization_id == organization_id,
        )
        with self._units() as work:
            if work.session.scalars(select(GrantRow.id).where(*held)).first() is None:
                return
            if role is Role.OPERATOR:
                keep_an_operator(work, person_id)
            work.session.execute(delete(GrantRow).where(*held))
            audit.record(
                work, actor, "role.revoke", f"person:{person_id}", organization_id=organization_id, role=role.value
            )
            work.commit()


def demand_management(actor: Actor, role: Role, organization_id: str | None) -> None:
    """Raise unless the actor may give and take this role here; `BadRequest` where it is not given in this range."""
    if (role in PORTAL_ROLES) is not (organization_id is None):
        raise BadRequest(Text("この役割はこの範囲に付与できません。", "This role is not given in this range."))
    if organization_id is None:
        demand(actor, Action.CREATE_ORGANIZATION, (policy.PORTAL,))
    else:
        demand(actor, Action.MANAGE_ORGANIZATION, (policy.organization(organization_id),))


def keep_an_operator(work: Work, leaving: str) -> None:
    """Raise `Conflict` where a person who is to leave is the last operator: nobody could manage the portal then."""
    # Locked, so that two operators who remove each other at the same time do not both succeed.
    operators = work.session.scalars(
        select(GrantRow.person_id)
        .join(PersonRow, PersonRow.id == GrantRow.person_id)
        .where(GrantRow.role == Role.OPERATOR, GrantRow.organization_id.is_(None), PersonRow.disabled.is_(None))
        .order_by(GrantRow.id)
        .with_for_update()
    )
    if set(operators) == {leaving}:
        raise Conflict(
            Text(
                "最後の運用者は外せません。先に別の人を運用者にしてください。",
                "This is the last operator. Make somebody else an operator first.",
            )
        )


def add_grant(work: Work, *, person_id: str, role: Role, organization_id: str | None) -> None:
    """Write a role where it is not there yet."""
    known = work.session.scalars(
        select(GrantRow.id).where(
            GrantRow.person_id == person_id, GrantRow.role == role, GrantRow.organization_id == organization_id
        )
    ).first()
    if known is None:
        work.session.add(GrantRow(id=new_id(), person_id=person_id, role=role, organization_id=organization_id))


def id_of(session: Session, slug: str) -> str | None:
    """Answer the id of the organization with this slug."""
    return session.scalar(select(OrganizationRow.id).where(OrganizationRow.slug == slug))


def load_organizations(session: Session, ids: Iterable[str]) -> dict[str, Organization]:
    """Load organizations by id, for features that keep the id."""
    rows = session.scalars(select(OrganizationRow).where(OrganizationRow.id.in_(set(ids))))
    return {row.id: _organization(row) for row in rows}


def _organization(row: OrganizationRow) -> Organization:
    return Organization(
        row.id,
        row.slug,
        Text(row.title_ja, row.title_en),
        row.homepage,
        row.contact_name,
        row.contact_email,
        row.contact_url,
        row.repairs,
        dict(row.repair_defaults),
        row.area,
    )


def _describe(row: OrganizationRow, description: Description) -> list[str]:
    """Write the description into the row, and name the fields that changed."""
    values = {
        "title_ja": description.title.ja,
        "title_en": description.title.en,
        "homepage": description.homepage,
        "contact_name": description.contact_name,
        "contact_email": description.contact_email,
        "contact_url": description.contact_url,
        "area": description.area,
    }
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _check(description: Description) -> None:
    if not description.title:
        raise BadRequest(Text("組織の名称が必要です。", "An organization needs a title."))
    links = (description.homepage, description.contact_url)
    lines = (description.title.ja, description.title.en, description.contact_name, description.contact_email)
    if any(len(words) > LINE_LENGTH or _CONTROL.search(words) for words in (*lines, *links, description.area)):
        raise BadRequest(
            Text(
                f"{LINE_LENGTH}文字以内の1行で書いてください。", f"Write one line of at most {LINE_LENGTH} characters."
            )
        )
    if any(link and not _WEB.fullmatch(link) for link in links):
        raise BadRequest(
            Text("アドレスは https:// で始めて書いてください。", "An address begins with https:// or http://.")
        )
    if description.contact_email and not _EMAIL.fullmatch(description.contact_email):
        raise BadRequest(Text("メールアドレスの形が正しくありません。", "This is no e-mail address."))
