"""Rows of how much datasets are used."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class UsageRow(Base):
    """A dataset's use on one day."""

    __tablename__ = "usage_days"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    views: Mapped[int]
    downloads: Mapped[int]


class UsageMonthRow(Base):
    """A dataset's use in a month that is long past; `month` is its first day."""

    __tablename__ = "usage_months"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    views: Mapped[int]
    downloads: Mapped[int]


class PopularityRow(Base):
    """How popular a dataset is to the index; those that nobody uses have none."""

    __tablename__ = "popularity"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    popularity: Mapped[int]
