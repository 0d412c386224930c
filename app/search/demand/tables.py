"""The tables of what was searched for and not found."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class SearchedRow(Base):
    """How often something was searched for in vain on one day."""

    __tablename__ = "demand_days"

    words: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]


class TopicRow(Base):
    """Something that was searched for often enough to be shown, and what came of it."""

    __tablename__ = "demand_topics"

    id: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id"))
    note: Mapped[str]
    decided: Mapped[datetime | None]
    routed: Mapped[datetime]


class BureauRow(Base):
    """An organization that might own a topic; `rank` counts from 0 for the likeliest."""

    __tablename__ = "demand_bureaus"

    topic_id: Mapped[str] = mapped_column(ForeignKey("demand_topics.id"), primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    rank: Mapped[int]
