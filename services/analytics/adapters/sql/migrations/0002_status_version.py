"""The status of a place is that of the enrollment's newest version, not of the newest time.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("standing", sa.Column("status_version", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE standing SET status_version = 1 WHERE status IN ('pending', 'active')")
    op.execute("UPDATE standing SET status_version = 2 WHERE status = 'suspended'")
    op.execute("UPDATE standing SET status_version = 3 WHERE status = 'active' AND payments != '{}'")
    op.drop_column("standing", "status_at")


def downgrade() -> None:
    op.add_column("standing", sa.Column("status_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE standing SET status_at = status_version WHERE status IS NOT NULL")
    op.drop_column("standing", "status_version")
