"""Versions keep the name that their publisher had; those that there are get the one of today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ORGANIZATIONS = sa.table("organizations", sa.column("id"), sa.column("title_ja"), sa.column("title_en"))
_DATASETS = sa.table("datasets", sa.column("id"), sa.column("organization_id"))
_VERSIONS = sa.table("versions", sa.column("dataset_id"), sa.column("number"), sa.column("cited", sa.JSON()))


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cited", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    for organization in connection.execute(sa.select(_ORGANIZATIONS)).all():
        own = sa.select(_DATASETS.c.id).where(_DATASETS.c.organization_id == organization.id)
        published = (_VERSIONS.c.dataset_id.in_(own), _VERSIONS.c.number.is_not(None))
        cited = {"publisher": {"ja": organization.title_ja, "en": organization.title_en}}
        connection.execute(sa.update(_VERSIONS).where(*published).values(cited=cited))
