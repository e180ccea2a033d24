"""What a consumer did.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "effect", sa.Column("number", sa.Integer(), primary_key=True), sa.Column("key", sa.Text(), nullable=False)
    )


def downgrade() -> None:
    op.drop_table("effect")
