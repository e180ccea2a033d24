"""How a payment stands is its status, as of everything else.

Revision ID: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE payment RENAME COLUMN state TO status")


def downgrade() -> None:
    op.execute("ALTER TABLE payment RENAME COLUMN status TO state")
