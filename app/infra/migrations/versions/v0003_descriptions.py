"""Datasets get edits and series, organizations an area; descriptions and what validators said of them are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.infra.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("series_key", sa.String(), nullable=False, server_default=""))
        batch_op.create_index("ix_datasets_series", ["organization_id", "series_key"], unique=False)
        batch_op.create_index("ix_datasets_listed", ["access", "modified", "id"], unique=False)
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "descriptions",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("modified", app.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"]),
        sa.PrimaryKeyConstraint("dataset_id", "version", "name"),
    )
    op.create_table(
        "checks",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("checked", app.infra.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"]),
        sa.PrimaryKeyConstraint("dataset_id"),
    )
