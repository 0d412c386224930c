"""How an agent proves itself: secrets of its owner's, and access tokens for them.

A secret is shown once; two work at a time, so that one can be replaced while the other is in use.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from app import audit
from app.identity import policy
from app.identity.agents.agent import AgentState
from app.identity.agents.models import AccessRow, AgentRow, SecretRow
from app.identity.agents.recognition import ANSWERED_FOR
from app.identity.models import PersonRow
from app.identity.organizations import demand
from app.identity.policy import Action
from app.kernel.actor import Actor, ActorKind
from app.kernel.errors import BadRequest, Denied, NotFound, SignInNeeded
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.identity.agents.allowances import Allowances
    from app.identity.secrets import Secrets
    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.infra.work import UnitsOfWork, Work

SECONDS = 3600
# Live at a time: secrets, and access tokens, of one agent.
SECRETS, TOKENS = 2, 20
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)

_NO_AGENT = Text("この AI エージェントは登録されていません。", "There is no such agent.")
_BAD_SECRET = Text("クライアント ID かシークレットが違います。", "The client id or the secret is wrong.")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token, good for so many seconds, for some of the tools or (`None`) for all of the agent's."""

    secret: str
    seconds: int
    tools: tuple[str, ...] | None


class Credentials:
    """Makes secrets and access tokens, and recognises agents by them."""

    def __init__(
        self, database: Database, units: UnitsOfWork, secrets: Secrets, clock: Clock, allowances: Allowances
    ) -> None:
        self._database, self._units, self._secrets, self._clock = database, units, secrets, clock
        self._allowances = allowances

    def rotate(self, actor: Actor, agent_id: str) -> str:
        """Make a secret for the actor's own agent and answer it; the one before goes on working, older ones end."""
        return self._renew(actor, agent_id, SECRETS - 1)

    def replace(self, actor: Actor, agent_id: str) -> str:
        """As `rotate`, and end all other secrets and every access token: somebody else may have them."""
        return self._renew(actor, agent_id, 0)

    def issue(self, client_id: str, secret: str, *, audience: str, tools: Collection[str] | None) -> AccessToken:
        """Give an access token for an agent's secret, for `tools` of those that it may use.

        Raises `SignInNeeded` for a secret that is not its, `Denied` for one that may not work now, `BadRequest` for
        tools that it may not use, and `OverBudget` where it asks more often than it can need to.
        """
        # Nothing is written, and nothing differs in time, for whoever only guesses.
        self._check(client_id, secret)
        self._allowances.demand_token(client_id)
        with self._units() as work:
            known = self._check_in(work.session, client_id, secret)
            row = work.session.get_one(AgentRow, client_id, with_for_update=True)
            if row.state != AgentState.APPROVED or row.expires <= work.now:
                state = AgentState.EXPIRED if row.expires <= work.now else AgentState(row.state)
                raise Denied(Text(f"いまは使えません（{state.value}）。", f"The agent is {state.value}."))
            granted = _granted(row, tools)
            known.used = work.now
            token = self._add_token(work, row, audience, granted)
            agent = Actor(ActorKind.AGENT, row.id, row.name)
            audit.record(
                work, agent, "agent.token", f"agent:{row.id}", organization_id=row.organization_id, tools=granted
            )
            work.commit()
        return AccessToken(token, SECONDS, None if granted is None else tuple(granted))

    def _renew(self, actor: Actor, agent_id: str, kept: int) -> str:
        with self._units() as work:
            row = work.session.get(AgentRow, agent_id, with_for_update=True)
            if row is None or not policy.may(actor, Action.READ_AGENTS, row.seers):
                raise NotFound(_NO_AGENT)
            demand(actor, Action.MANAGE_OWN_ACCOUNT, (policy.person(row.owner_id),))
            former = select(SecretRow).where(SecretRow.agent_id == agent_id).order_by(SecretRow.created.desc())
            for old in work.session.scalars(former.offset(kept)).all():
                work.session.delete(old)
            if not kept:
                work.session.execute(delete(AccessRow).where(AccessRow.agent_id == agent_id))
            secret = self._secrets.new_token()
            fingerprint = self._secrets.fingerprint(secret)
            work.session.add(
                SecretRow(fingerprint=fingerprint, agent_id=agent_id, last_four=secret[-4:], created=work.now)
            )
            audit.record(
                work, actor, "agent.secret", f"agent:{agent_id}", organization_id=row.organization_id, kept=kept
            )
            work.commit()
        return secret

    def _check(self, client_id: str, secret: str) -> None:
        with self._database.read() as session:
            self._check_in(session, client_id, secret)

    def _check_in(self, session: Session, client_id: str, secret: str) -> SecretRow:
        """Find a secret by its keyed hash: how much of a guess was right changes nothing that could be measured."""
        found = session.get(SecretRow, self._secrets.fingerprint(secret))
        if found is None or not _ID.fullmatch(client_id) or not hmac.compare_digest(found.agent_id, client_id):
            raise SignInNeeded(_BAD_SECRET)
        owned = select(AgentRow.id).join(PersonRow, PersonRow.id == AgentRow.owner_id)
        if session.scalar(owned.where(AgentRow.id == client_id, *ANSWERED_FOR)) is None:
            raise SignInNeeded(_BAD_SECRET)
        return found

    def _add_token(self, work: Work, row: AgentRow, audience: str, tools: list[str] | None) -> str:
        own = AccessRow.agent_id == row.id
        work.session.execute(delete(AccessRow).where(own, AccessRow.expires <= work.now))
        newest = select(AccessRow.fingerprint).where(own).order_by(AccessRow.created.desc(), AccessRow.fingerprint)
        many = work.session.scalars(newest.offset(TOKENS - 1)).all()
        work.session.execute(delete(AccessRow).where(AccessRow.fingerprint.in_(many)))
        token = self._secrets.new_token()
        work.session.add(
            AccessRow(
                fingerprint=self._secrets.fingerprint(token),
                agent_id=row.id,
                audience=audience,
                tools=tools,
                created=work.now,
                expires=min(work.now + timedelta(seconds=SECONDS), row.expires),
            )
        )
        return token


def _granted(row: AgentRow, tools: Collection[str] | None) -> list[str] | None:
    """Narrow an agent's tools to those that are asked for. Clients ask for all that there are (MCP, "Scope Selection").

    Raises `BadRequest` where it may use none of them.
    """
    if tools is None:
        return row.tools
    granted = set(tools) if row.tools is None else set(tools) & set(row.tools)
    if not granted:
        raise BadRequest(Text("許可されていないツールです。", "The agent may use none of these tools."))
    return sorted(granted)
