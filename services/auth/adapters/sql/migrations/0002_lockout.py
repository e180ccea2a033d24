"""Tallies of wrong passwords, and places that people signed in from.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sign_in_tally",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("forgiven_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_tally"),
    )
    op.create_index("ix_sign_in_tally_forgiven_at", "sign_in_tally", ["forgiven_at"])
    op.create_table(
        "known_place",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name="fk_known_place_user_id"),
        sa.PrimaryKeyConstraint("user_id", "place", name="pk_known_place"),
    )


def downgrade() -> None:
    op.drop_table("known_place")
    op.drop_table("sign_in_tally")
