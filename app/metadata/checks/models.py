"""The table of what validators said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class CheckRow(Base):
    """The last check of a dataset: `results` has the results, the indicators it meets, and whose it is."""

    __tablename__ = "checks"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    revision: Mapped[int]
    checked: Mapped[datetime]
    results: Mapped[dict[str, Any]]
