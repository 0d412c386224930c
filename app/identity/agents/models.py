"""The tables of registered agents, their secrets and access tokens, and of calls."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class AgentRow(Base):
    """An agent as it was registered; that never changes, since decisions are about exactly this.

    `tools`, `organizations` and `datasets` of `None` narrow nothing. `deciders` are the audiences that have to approve,
    `seers` those that may know of it. `state` follows from the decisions, so that a call looks at one row.
    """

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    purpose: Mapped[str]
    vendor: Mapped[str]
    model: Mapped[str]
    contact: Mapped[str]
    created: Mapped[datetime]
    expires: Mapped[datetime]
    tools: Mapped[list[str] | None]
    organizations: Mapped[list[str] | None]
    datasets: Mapped[list[str] | None]
    is_internal: Mapped[bool]
    calls: Mapped[int]
    rows: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    deciders: Mapped[list[str]]
    seers: Mapped[list[str]]
    state: Mapped[str]


class DecisionRow(Base):
    """What somebody decided for an audience: that it approves or refuses (one of both), that it stops the agent."""

    __tablename__ = "agent_decisions"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(primary_key=True)
    is_stop: Mapped[bool] = mapped_column(primary_key=True)
    ruling: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    at: Mapped[datetime]


class SecretRow(Base):
    """A secret of an agent, under its keyed hash."""

    __tablename__ = "agent_secrets"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    last_four: Mapped[str]
    created: Mapped[datetime]
    used: Mapped[datetime | None]


class AccessRow(Base):
    """An access token, under its keyed hash; `audience` is the address that it is for."""

    __tablename__ = "agent_tokens"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    audience: Mapped[str]
    tools: Mapped[list[str] | None]
    created: Mapped[datetime]
    expires: Mapped[datetime]


class CallRow(Base):
    """A call of a tool. `agent_id` is empty where no agent was recognised; `arguments` is a hash."""

    __tablename__ = "agent_calls"
    __table_args__ = (Index("ix_agent_calls_agent", "agent_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    agent_id: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    tool: Mapped[str]
    arguments: Mapped[str]
    datasets: Mapped[list[str]]
    rows: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(Integer)
    code: Mapped[str]
    found_nothing: Mapped[bool]
    milliseconds: Mapped[int] = mapped_column(Integer)
    client: Mapped[str]


class CallDayRow(Base):
    """What is left of old calls that no agent made: sums of a day (UTC) and tool."""

    __tablename__ = "agent_call_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tool: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    empty: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(BigInteger)
