"""An index of the datasets that not everybody may find: each search asks whether it found any of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_HIDDEN = sa.text("access != 'public' OR state NOT IN ('deprecated', 'published')")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index(
        "ix_datasets_hidden", "datasets", ["id"], unique=True, sqlite_where=_HIDDEN, postgresql_where=_HIDDEN
    )
