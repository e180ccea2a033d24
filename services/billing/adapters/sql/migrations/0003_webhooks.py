"""The sandbox remembers how it was asked, and sends webhooks.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE sandbox_charge ADD COLUMN asked INTEGER NOT NULL DEFAULT 1")
    op.execute("ALTER TABLE sandbox_charge ADD COLUMN traceparent TEXT NOT NULL DEFAULT ''")
    op.create_table(
        "sandbox_webhook",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["key"], ["sandbox_charge.key"], name="fk_sandbox_webhook_key"),
        sa.PrimaryKeyConstraint("id", name="pk_sandbox_webhook"),
    )
    op.create_index("ix_sandbox_webhook_key", "sandbox_webhook", ["key"])
    op.create_table(
        "sandbox_desk",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("holding", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sandbox_desk"),
    )
    op.execute("INSERT INTO sandbox_desk (id, holding) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("sandbox_desk")
    op.drop_table("sandbox_webhook")
    op.execute("ALTER TABLE sandbox_charge DROP COLUMN traceparent")
    op.execute("ALTER TABLE sandbox_charge DROP COLUMN asked")
