"""People who were erased, by their bare ids: what comes of them later is nulled on its way in.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("CREATE TABLE lms_erased (person TEXT PRIMARY KEY, at BIGINT NOT NULL)")


def downgrade() -> None:
    op.execute("DROP TABLE lms_erased")
