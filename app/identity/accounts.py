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
from app.identity.organizations import add_grant, demand, demand_management, keep_an_operator
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
    from app.infra.work import UnitsOfWork, Work

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
LINK_HOURS = 24
FAILURES_BEFORE_LOCK = 5
LOCK_SECONDS_LIMIT = 60
TOKEN_DAYS = 90
TOKEN_DAYS_LIMIT = 365

_NO_PERSON = Text("この人は登録されていません。", "There is no such person.")
_BAD_LINK = Text(
    "このリンクは使用済みか期限切れです。運営者に新しいリンクを依頼してください。",
    "This link was used or has expired. Ask the operator for a new one.",
)
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
            row = _known(session, email)
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

        Answers a one-time link's secret for a person who is new here, or whom only this organization invited and
        who has not set a password yet; else `None`: a link signs in with all that the person may do elsewhere.
        Raises `BadRequest` for what is no address and for a role of the whole portal.
        """
        demand_management(actor, role, organization_id)
        address = email.strip().lower()
        if not EMAIL.fullmatch(address):
            raise BadRequest(Text("メールアドレスの形が正しくありません。", "This is not an e-mail address."))
        with self._units() as work:
            person = work.session.scalars(select(PersonRow).where(PersonRow.email == address)).one_or_none()
            gets_link = person is None or _awaited_by(work.session, person, organization_id)
            if person is None:
                person = PersonRow(id=new_id(), email=address, name=name.strip(), created=work.now, failures=0)
                work.session.add(person)
                work.session.flush()
                audit.record(work, actor, "person.create", f"person:{person.id}", organization_id=organization_id)
            add_grant(work, person_id=person.id, role=role, organization_id=organization_id)
            audit.record(
                work, actor, "role.grant", f"person:{person.id}", organization_id=organization_id, role=role.value
            )
            secret = self._add_link(work.session, person.id, work.now) if gets_link else None
            work.commit()
        return secret

    def new_link(self, email: str) -> str:
        """Make a one-time sign-in for a person who has lost the way in. For the operator's terminal only."""
        with self._units() as work:
            person = _known(work.session, email)
            secret = self._add_link(work.session, person.id, work.now)
            audit.record(work, SYSTEM, "link.create", f"person:{person.id}")
            work.commit()
        return secret

    def disable(self, email: str) -> None:
        """Shut a person out at once: sessions, links, password and tokens. For the operator's terminal only.

        Raises `NotFound`, and `Conflict` for the last operator.
        """
        with self._units() as work:
            person = _known(work.session, email)
            if person.disabled is not None:
                return
            keep_an_operator(work, person.id)
            person.disabled = work.now
            for kind in (SessionRow, LinkRow):
                work.session.execute(delete(kind).where(kind.person_id == person.id))
            audit.record(work, SYSTEM, "person.disable", f"person:{person.id}")
            work.commit()

    def sign_in(self, email: str, password: str) -> str:
        """Answer a new session's secret. Raises `SignInNeeded`, the same for every reason.

        From the fifth wrong password in a row on, each one closes the person's sign-in by password for a while:
        1 second, then twice as long each time, 60 seconds at most. So nobody guesses more than once a minute, and
        no stranger shuts a person out for longer than that. Sessions, tokens and one-time links go on working.
        """
        failed = SignInNeeded(
            Text("メールアドレスまたはパスワードが違います。", "The e-mail address or the password is wrong.")
        )
        known = select(PersonRow).where(PersonRow.email == email.strip().lower())
        # Hashing takes long on purpose, so it happens before the transaction that writes.
        with self._database.read() as session:
            seen = session.scalars(known).one_or_none()
        matches = password_matches(password, seen.password_hash if seen else None)
        # Strangers must not make the database write by asking for people who cannot sign in anyway.
        if seen is None or _is_shut(seen, self._clock()):
            raise failed
        with self._units() as work:
            # Looked at again under a lock: of many guesses at the same time only the first one counts.
            person = work.session.scalars(known.with_for_update()).one()
            if _is_shut(person, work.now) or person.password_hash != seen.password_hash:
                raise failed
            if not matches:
                _count_failure(work, person)
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
        """Set a password through a one-time link, end all sessions, and answer a new session's secret.

        Raises `SignInNeeded` for a link that does not work, `BadRequest` for a password that will not do.
        """
        # Hashing takes long on purpose: nobody without a good link makes the portal do it.
        if not self.link_is_good(secret):
            raise SignInNeeded(_BAD_LINK)
        password_hash = hash_password(password)
        with self._units() as work:
            link = self._link(work.session, secret, work.now)
            person = work.session.get(PersonRow, link.person_id) if link else None
            if person is None or person.disabled:
                raise SignInNeeded(_BAD_LINK)
            person.password_hash, person.failures, person.locked_until = password_hash, 0, None
            work.session.execute(delete(LinkRow).where(LinkRow.person_id == person.id))
            work.session.execute(delete(SessionRow).where(SessionRow.person_id == person.id))
            session_secret = self._add_session(work.session, person.id, work.now)
            audit.record(work, _person(person, ()), "password.set", f"person:{person.id}")
            work.commit()
        return session_secret

    def sign_out(self, secret: str) -> None:
        """End a session; nothing happens where there is none."""
        actor = self.actor_of_session(secret)
        if actor is None:
            return
        with self._units() as work:
            fingerprint = self._secrets.fingerprint(secret)
            work.session.execute(delete(SessionRow).where(SessionRow.fingerprint == fingerprint))
            audit.record(work, actor, "session.end", f"person:{actor.id}")
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

    def holders(self, token_ids: Collection[str]) -> dict[str, str]:
        """Map tokens to the ids of the people who made them. The caller has asked the policy."""
        with self._database.read() as session:
            rows = session.execute(select(TokenRow.id, TokenRow.person_id).where(TokenRow.id.in_(token_ids)))
            return {row.id: row.person_id for row in rows}

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
        _check_token(name, scopes, days)
        with self._units() as work:
            secret, token = self._add_token(
                work, actor.id, name=name, scopes=scopes, days=days, organization_id=organization_id
            )
            audit.record(
                work, actor, "token.create", f"token:{token.id}", organization_id=organization_id, scopes=token.scopes
            )
            work.commit()
        return secret

    def issue_token(self, email: str, *, name: str, scopes: Collection[str], days: int = TOKEN_DAYS) -> str:
        """Make an API token for a person. For the operator's terminal only, and audited as the portal's act."""
        _check_token(name, scopes, days)
        with self._units() as work:
            person = _known(work.session, email)
            secret, token = self._add_token(work, person.id, name=name, scopes=scopes, days=days, organization_id=None)
            audit.record(work, SYSTEM, "token.create", f"token:{token.id}", scopes=token.scopes, on_behalf_of=person.id)
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

    def has_signed_in(self, email: str) -> bool:
        """Say whether a person ever used a one-time link, and so has a password. Raises `NotFound`."""
        with self._database.read() as session:
            row = session.scalars(select(PersonRow).where(PersonRow.email == email.lower())).one_or_none()
        if row is None:
            raise NotFound(Text("この人は登録されていません。", "There is no such person."))
        return row.password_hash is not None

    def _add_link(self, session: Session, person_id: str, now: datetime) -> str:
        secret = new_secret()
        expires = now + timedelta(hours=LINK_HOURS)
        session.add(LinkRow(fingerprint=self._secrets.fingerprint(secret), person_id=person_id, expires=expires))
        return secret

    def _add_token(
        self,
        work: Work,
        person_id: str,
        *,
        name: str,
        scopes: Collection[str],
        days: int,
        organization_id: str | None,
    ) -> tuple[str, TokenRow]:
        secret = self._secrets.new_token()
        token = TokenRow(
            id=new_id(),
            fingerprint=self._secrets.fingerprint(secret),
            last_four=secret[-4:],
            person_id=person_id,
            organization_id=organization_id,
            name=name.strip(),
            scopes=sorted(scopes),
            created=work.now,
            expires=work.now + timedelta(days=days),
        )
        work.session.add(token)
        return secret, token

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


def _known(session: Session, email: str) -> PersonRow:
    row = session.scalars(select(PersonRow).where(PersonRow.email == email.strip().lower())).one_or_none()
    if row is None:
        raise NotFound(_NO_PERSON)
    return row


def _awaited_by(session: Session, person: PersonRow, organization_id: str) -> bool:
    if person.password_hash is not None or person.disabled is not None:
        return False
    return {grant.organization_id for grant in _grants(session, person.id)} == {organization_id}


def _is_shut(person: PersonRow, now: datetime) -> bool:
    return person.disabled is not None or (person.locked_until is not None and person.locked_until > now)


def _count_failure(work: Work, person: PersonRow) -> None:
    person.failures += 1
    beyond = person.failures - FAILURES_BEFORE_LOCK
    if beyond < 0:
        return
    # The exponent is bounded too: failures may be counted for years.
    seconds = min(2 ** min(beyond, LOCK_SECONDS_LIMIT), LOCK_SECONDS_LIMIT)
    person.locked_until = work.now + timedelta(seconds=seconds)
    if beyond == 0:
        audit.record(work, SYSTEM, "person.lock", f"person:{person.id}")


def _check_token(name: str, scopes: Collection[str], days: int) -> None:
    if not name.strip() or not scopes or not set(scopes) <= SCOPES.keys() or not 1 <= days <= TOKEN_DAYS_LIMIT:
        raise BadRequest(
            Text(
                f"名前、範囲（{'、'.join(SCOPES)}）、1〜{TOKEN_DAYS_LIMIT}日の期限を指定してください。",
                f"Give a name, scopes out of {', '.join(SCOPES)}, and 1 to {TOKEN_DAYS_LIMIT} days.",
            )
        )
