"""The tables of organizations, people, their roles, sessions, links and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class OrganizationRow(Base):
    """A publisher. What is to happen with repairs, and with which, are words of publishing; here they are only kept.

    `area` is the place it is responsible for: a six-digit municipality code, a name or an address.
    """

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title_ja: Mapped[str]
    title_en: Mapped[str]
    homepage: Mapped[str]
    contact_name: Mapped[str]
    contact_email: Mapped[str]
    contact_url: Mapped[str]
    created: Mapped[datetime]
    repairs: Mapped[str] = mapped_column(default="ask")
    repair_defaults: Mapped[dict[str, Any]] = mapped_column(default=dict)
    area: Mapped[str] = mapped_column(default="")


class PersonRow(Base):
    """Somebody who can sign in. `email` is lower-case."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    created: Mapped[datetime]
    disabled: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class GrantRow(Base):
    """A person's role in an organization, or in the whole portal where that is empty."""

    __tablename__ = "grants"
    __table_args__ = (Index("ix_grants_member", "person_id", "organization_id", "role", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    organization_id: Mapped[str | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    role: Mapped[str]


class SessionRow(Base):
    """A browser that is signed in, under the keyed hash of its cookie."""

    __tablename__ = "sessions"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    created: Mapped[datetime]
    expires: Mapped[datetime]


class LinkRow(Base):
    """A one-time link that signs a person in to set a password."""

    __tablename__ = "sign_in_links"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    expires: Mapped[datetime]


class TokenRow(Base):
    """An API token of a person, under its keyed hash."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    last_four: Mapped[str]
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    organization_id: Mapped[str | None] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    scopes: Mapped[list[str]]
    created: Mapped[datetime]
    expires: Mapped[datetime]
    revoked: Mapped[datetime | None]
