"""People: how they sign in, and how a request's credentials become an `Actor`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from app import audit
from app.identity import policy
from app.identity.models import GrantRow, LinkRow, PersonRow, SessionRow, TokenRow
from app.identity.organizations import add_grant, demand
from app.identity.policy import SCOPES, Action
from app.identity.secrets import hash_password, password_matches
from app.kernel.actor import SYSTEM, Actor, ActorKind, Role, RoleGrant
from app.kernel.errors import BadRequest, Conflict, NotFound, SignInNeeded
from app.kernel.ids import new_id, new_secret
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.identity.secrets import Secrets
    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.infra.work import UnitsOfWork

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
LINK_HOURS = 24
FAILURES_BEFORE_LOCK = 10
LOCK_MINUTES = 15
TOKEN_DAYS = 90
TOKEN_DAYS_LIMIT = 365

_BAD_TOKEN = Text(
    "トークンが無効です。期限切れか、取り消されています。", "The token is not valid: it is unknown, expired or revoked."
)


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as its owner sees it later; the secret itself is shown once, when it is made."""

    id: str
    name: str
    last_four: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    revoked: datetime | None


class Accounts:
    """What can be done with people, their sessions and their tokens."""

    def __init__(
        self, database: Database, units: UnitsOfWork, secrets: Secrets, clock: Clock, *, session_days: int
    ) -> None:
        self._database = database
        self._units = units
        self._secrets = secrets
        self._clock = clock
        self._session_length = timedelta(days=session_days)

    def person(self, email: str) -> Actor:
        """Answer a person as an actor, for the operator's terminal. Raises `NotFound`."""
        with self._database.read() as session:
            row = session.scalars(select(PersonRow).where(PersonRow.email == email.lower())).one_or_none()
            if row is None:
                raise NotFound(Text("この人は登録されていません。", "There is no such person."))
            return _person(row, _grants(session, row.id))

    def first_operator(self, email: str, organization_id: str) -> str | None:
        """Make the first person: operator, governor, and administrator of an organization.

        Answers a one-time link's secret.

        Answers `None` where the portal has people already.
        """
        with self._units() as work:
            if work.session.scalar(select(func.count()).select_from(PersonRow)):
                return None
            person = PersonRow(id=new_id(), email=email.lower(), name="Operator", created=work.now, failures=0)
            work.session.add(person)
            work.session.flush()
            for role in (Role.OPERATOR, Role.GOVERNOR):
                add_grant(work, person_id=person.id, role=role, organization_id=None)
            add_grant(work, person_id=person.id, role=Role.ADMIN, organization_id=organization_id)
            secret = self._add_link(work.session, person.id, work.now)
            audit.record(work, SYSTEM, "person.create", f"person:{person.id}", role=Role.OPERATOR.value)
            work.commit()
        return secret

    def invite(self, actor: Actor, *, email: str, name: str, role: Role, organization_id: str) -> str | None:
        """Give a person a role in an organization, adding the person where unknown.

        Answers a one-time link's secret for somebody who has no password yet, else `None`.
        """
        demand(actor, Action.MANAGE_ORGANIZATION, (policy.organization(organization_id),))
        address = email.strip().lower()
        if not EMAIL.fullmatch(address):
            raise BadRequest(Text("メールアドレスの形が正しくありません。", "This is not an e-mail address."))
        with self._units() as work:
            person = work.session.scalars(select(PersonRow).where(PersonRow.email == address)).one_or_none()
            if person is None:
                person = PersonRow(id=new_id(), email=address, name=name.strip(), created=work.now, failures=0)
                work.session.add(person)
                work.session.flush()
                audit.record(work, actor, "person.create", f"person:{person.id}", organization_id=organization_id)
            add_grant(work, person_id=person.id, role=role, organization_id=organization_id)
            audit.record(
                work, actor, "role.grant", f"person:{person.id}", organization_id=organization_id, role=role.value
            )
            secret = None if person.password_hash else self._add_link(work.session, person.id, work.now)
            work.commit()
        return secret

    def new_link(self, email: str) -> str:
        """Make a one-time sign-in for a person who has lost the way in. For the operator's terminal only."""
        with self._units() as work:
            person = work.session.scalars(select(PersonRow).where(PersonRow.email == email.lower())).one_or_none()
            if person is None:
                raise NotFound(Text("この人は登録されていません。", "There is no such person."))
            secret = self._add_link(work.session, person.id, work.now)
            audit.record(work, SYSTEM, "link.create", f"person:{person.id}")
            work.commit()
        return secret

    def sign_in(self, email: str, password: str) -> str:
        """Answer a new session's secret. Raises `SignInNeeded`, the same for every reason."""
        failed = SignInNeeded(
            Text("メールアドレスまたはパスワードが違います。", "The e-mail address or the password is wrong.")
        )
        known = select(PersonRow).where(PersonRow.email == email.strip().lower())
        # Hashing takes long on purpose, so it happens before the transaction that writes.
        with self._database.read() as session:
            person = session.scalars(known).one_or_none()
        matches = password_matches(password, person.password_hash if person else None)
        with self._units() as work:
            person = work.session.scalars(known).one_or_none()
            if person is None or person.disabled or (person.locked_until and person.locked_until > work.now):
                raise failed
            if not matches:
                person.failures += 1
                if person.failures >= FAILURES_BEFORE_LOCK:
                    person.failures, person.locked_until = 0, work.now + timedelta(minutes=LOCK_MINUTES)
                    audit.record(work, SYSTEM, "person.lock", f"person:{person.id}")
                work.commit()
                raise failed
            person.failures, person.locked_until = 0, None
            secret = self._add_session(work.session, person.id, work.now)
            audit.record(work, _person(person, ()), "session.create", f"person:{person.id}")
            work.commit()
        return secret

    def link_is_good(self, secret: str) -> bool:
        """Say whether a one-time link still works, without using it up."""
        with self._database.read() as session:
            return self._link(session, secret, self._clock()) is not None

    def use_link(self, secret: str, password: str) -> str:
        """Set a password through a one-time link, end all sessions, and answer a new session's secret."""
        password_hash = hash_password(password)
        with self._units() as work:
            link = self._link(work.session, secret, work.now)
            person = work.session.get(PersonRow, link.person_id) if link else None
            if person is None or person.disabled:
                raise SignInNeeded(
                    Text(
                        "このリンクは使用済みか期限切れです。運営者に新しいリンクを依頼してください。",
                        "This link was used or has expired. Ask the operator for a new one.",
                    )
                )
            person.password_hash, person.failures, person.locked_until = password_hash, 0, None
            work.session.execute(delete(LinkRow).where(LinkRow.person_id == person.id))
            work.session.execute(delete(SessionRow).where(SessionRow.person_id == person.id))
            session_secret = self._add_session(work.session, person.id, work.now)
            audit.record(work, _person(person, ()), "password.set", f"person:{person.id}")
            work.commit()
        return session_secret

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._units() as work:
            fingerprint = self._secrets.fingerprint(secret)
            work.session.execute(delete(SessionRow).where(SessionRow.fingerprint == fingerprint))
            work.commit()

    def actor_of_session(self, secret: str) -> Actor | None:
        """Recognise a browser; `None` where the session is unknown or over."""
        with self._database.read() as session:
            person = session.scalars(
                select(PersonRow)
                .join(SessionRow, SessionRow.person_id == PersonRow.id)
                .where(
                    SessionRow.fingerprint == self._secrets.fingerprint(secret),
                    SessionRow.expires > self._clock(),
                    PersonRow.disabled.is_(None),
                )
            ).one_or_none()
            return None if person is None else _person(person, _grants(session, person.id))

    def actor_of_token(self, secret: str) -> Actor:
        """Recognise an API token. Raises `SignInNeeded`: a bad token never becomes an anonymous reader."""
        with self._database.read() as session:
            token = session.scalars(
                select(TokenRow).where(
                    TokenRow.fingerprint == self._secrets.fingerprint(secret),
                    TokenRow.expires > self._clock(),
                    TokenRow.revoked.is_(None),
                )
            ).one_or_none()
            person = session.get(PersonRow, token.person_id) if token else None
            if token is None or person is None or person.disabled:
                raise SignInNeeded(_BAD_TOKEN)
            grants = _grants(session, person.id)
        if token.organization_id is not None:
            grants = tuple(grant for grant in grants if grant.organization_id == token.organization_id)
        return Actor(ActorKind.TOKEN, token.id, token.name, frozenset(grants), frozenset(token.scopes))

    def create_token(
        self,
        actor: Actor,
        *,
        name: str,
        scopes: Collection[str],
        days: int = TOKEN_DAYS,
        organization_id: str | None = None,
    ) -> str:
        """Make an API token for the actor and answer its secret, which cannot be read again."""
        demand(actor, Action.MANAGE_OWN_ACCOUNT, (policy.person(actor.id),))
        if not name.strip() or not scopes or not set(scopes) <= SCOPES.keys() or not 1 <= days <= TOKEN_DAYS_LIMIT:
            raise BadRequest(
                Text(
                    f"名前、範囲（{'、'.join(SCOPES)}）、1〜{TOKEN_DAYS_LIMIT}日の期限を指定してください。",
                    f"Give a name, scopes out of {', '.join(SCOPES)}, and 1 to {TOKEN_DAYS_LIMIT} days.",
                )
            )
        secret = self._secrets.new_token()
        with self._units() as work:
            token = TokenRow(
                id=new_id(),
                fingerprint=self._secrets.fingerprint(secret),
                last_four=secret[-4:],
                person_id=actor.id,
                organization_id=organization_id,
                name=name.strip(),
                scopes=sorted(scopes),
                created=work.now,
                expires=work.now + timedelta(days=days),
            )
            work.session.add(token)
            audit.record(
                work, actor, "token.create", f"token:{token.id}", organization_id=organization_id, scopes=token.scopes
            )
            work.commit()
        return secret

    def tokens(self, actor: Actor) -> tuple[Token, ...]:
        """List the actor's own tokens, newest first."""
        with self._database.read() as session:
            rows = session.scalars(
                select(TokenRow).where(TokenRow.person_id == actor.id).order_by(TokenRow.created.desc())
            ).all()
        return tuple(
            Token(row.id, row.name, row.last_four, tuple(row.scopes), row.created, row.expires, row.revoked)
            for row in rows
        )

    def revoke_token(self, actor: Actor, token_id: str) -> None:
        """End one of the actor's own tokens, at once. Raises `NotFound` for another's."""
        with self._units() as work:
            token = work.session.get(TokenRow, token_id)
            if token is None or token.person_id != actor.id or actor.kind is not ActorKind.PERSON:
                raise NotFound(Text("このトークンは見つかりません。", "There is no such token."))
            if token.revoked is not None:
                raise Conflict(Text("このトークンは取り消し済みです。", "This token is revoked already."))
            token.revoked = work.now
            audit.record(work, actor, "token.revoke", f"token:{token.id}", organization_id=token.organization_id)
            work.commit()

    def _add_link(self, session: Session, person_id: str, now: datetime) -> str:
        secret = new_secret()
        expires = now + timedelta(hours=LINK_HOURS)
        session.add(LinkRow(fingerprint=self._secrets.fingerprint(secret), person_id=person_id, expires=expires))
        return secret

    def _link(self, session: Session, secret: str, now: datetime) -> LinkRow | None:
        link = session.get(LinkRow, self._secrets.fingerprint(secret))
        return link if link is not None and link.expires > now else None

    def _add_session(self, session: Session, person_id: str, now: datetime) -> str:
        secret = new_secret()
        session.execute(delete(SessionRow).where(SessionRow.expires <= now))
        session.add(
            SessionRow(
                fingerprint=self._secrets.fingerprint(secret),
                person_id=person_id,
                created=now,
                expires=now + self._session_length,
            )
        )
        return secret


def _grants(session: Session, person_id: str) -> tuple[RoleGrant, ...]:
    rows = session.scalars(select(GrantRow).where(GrantRow.person_id == person_id))
    return tuple(RoleGrant(Role(row.role), row.organization_id) for row in rows)


def _person(person: PersonRow, grants: Collection[RoleGrant]) -> Actor:
    return Actor(ActorKind.PERSON, person.id, person.name or person.email, frozenset(grants))
