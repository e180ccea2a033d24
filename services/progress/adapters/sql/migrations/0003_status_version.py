"""The status of a place is that of the enrollment's newest version, not of the newest time.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
_VERSIONS = """
UPDATE tracking SET status_version =
CASE WHEN status_at = enrolled_at THEN 1 WHEN status = 'suspended' THEN 2 ELSE 3 END
"""


def upgrade() -> None:
    op.add_column("tracking", sa.Column("status_version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(_VERSIONS)
    op.drop_column("tracking", "status_at")


def downgrade() -> None:
    op.add_column("tracking", sa.Column("status_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE tracking SET status_at = enrolled_at + status_version - 1")
    op.drop_column("tracking", "status_version")
