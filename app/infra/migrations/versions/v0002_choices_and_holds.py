"""Submissions get their examination, choices and holds; organizations say what is to happen with repairs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.infra.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    # The defaults fill the rows that are there already.
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("go", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("choices", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("examination", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("progress", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("mendable", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("holds", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("released", app.infra.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_submissions_dataset_id"), ["dataset_id"], unique=False)

    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("repairs", sa.String(), nullable=False, server_default="ask"))
        batch_op.add_column(sa.Column("repair_defaults", sa.JSON(), nullable=False, server_default="{}"))
