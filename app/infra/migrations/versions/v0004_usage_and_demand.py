"""How much datasets are used is counted, and what was searched for in vain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.infra.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    _make_usage("usage_days", "day")
    op.create_index("ix_usage_days_day", "usage_days", ["day"], unique=False)
    _make_usage("usage_months", "month")
    op.create_table(
        "popularity",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("popularity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"]),
        sa.PrimaryKeyConstraint("dataset_id"),
    )
    op.create_table(
        "demand_days",
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("words", "day"),
    )
    op.create_index("ix_demand_days_day", "demand_days", ["day"], unique=False)
    op.create_table(
        "demand_topics",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("decided", app.infra.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("routed", app.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("words"),
    )
    op.create_table(
        "demand_bureaus",
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["demand_topics.id"]),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"]),
        sa.PrimaryKeyConstraint("topic_id", "organization_id"),
    )


def _make_usage(name: str, period: str) -> None:
    op.create_table(
        name,
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column(period, sa.Date(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"]),
        sa.PrimaryKeyConstraint("dataset_id", period),
    )
