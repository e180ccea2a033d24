"""Points, scores, and who was told.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "point",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("player", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.UniqueConstraint("player", "number", name="uq_point"),
    )
    op.create_table(
        "score", sa.Column("player", sa.Text(), primary_key=True), sa.Column("latest", sa.Integer(), nullable=False)
    )
    op.create_table("told", sa.Column("player", sa.Text(), primary_key=True))


def downgrade() -> None:
    for table in ("told", "score", "point"):
        op.drop_table(table)
