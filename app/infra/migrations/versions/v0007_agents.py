"""Registered AI agents: what was decided about them, how they prove themselves, and what they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.infra.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = UtcDateTime()


def upgrade() -> None:
    """Bring the schema forward."""
    _agents()
    _credentials()
    _calls()


def _agents() -> None:
    op.create_table(
        "agents",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "owner_id", "organization_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "purpose", "vendor", "model", "contact")),
        *(sa.Column(name, _TIME, nullable=False) for name in ("created", "expires")),
        *(sa.Column(name, sa.JSON(), nullable=True) for name in ("tools", "organizations", "datasets")),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("rows", "bytes")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("deciders", "seers")),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"]),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agents_owner_id", "agents", ["owner_id"])
    op.create_table(
        "agent_decisions",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("agent_id", "audience")),
        sa.Column("is_stop", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("ruling", "actor_kind", "actor_id", "actor_name")),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.PrimaryKeyConstraint("agent_id", "audience", "is_stop"),
    )


def _credentials() -> None:
    op.create_table(
        "agent_secrets",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("fingerprint", "agent_id", "last_four")),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("used", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("ix_agent_secrets_agent_id", "agent_secrets", ["agent_id"])
    op.create_table(
        "agent_tokens",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("fingerprint", "agent_id", "audience")),
        sa.Column("tools", sa.JSON(), nullable=True),
        *(sa.Column(name, _TIME, nullable=False) for name in ("created", "expires")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("ix_agent_tokens_agent_id", "agent_tokens", ["agent_id"])


def _calls() -> None:
    op.create_table(
        "agent_calls",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("agent_id", "actor_kind", "actor_id", "tool")),
        sa.Column("arguments", sa.String(), nullable=False),
        sa.Column("datasets", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("rows", "bytes")),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("found_nothing", sa.Boolean(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agent_calls_at", "agent_calls", ["at"])
    op.create_index("ix_agent_calls_agent", "agent_calls", ["agent_id", "at"])
    op.create_table(
        "agent_call_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tool", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("calls", "empty", "refused", "rows", "bytes", "tokens")
        ),
        sa.PrimaryKeyConstraint("day", "tool"),
    )
