"""The sandbox keeps what goes out on every channel.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sandbox_delivery",
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("idempotency_key", name="pk_sandbox_delivery"),
    )
    op.execute(
        "INSERT INTO sandbox_delivery "
        "(idempotency_key, channel, recipient, person, subject, text, html, headers, sent_at) "
        "SELECT idempotency_key, 'email', recipient, recipient, subject, text, html, headers, sent_at FROM sandbox_mail"
    )
    op.drop_table("sandbox_mail")


def downgrade() -> None:
    op.create_table(
        "sandbox_mail",
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("idempotency_key", name="pk_sandbox_mail"),
    )
    op.execute(
        "INSERT INTO sandbox_mail (idempotency_key, recipient, subject, text, html, headers, sent_at) "
        "SELECT idempotency_key, recipient, subject, text, html, headers, sent_at FROM sandbox_delivery "
        "WHERE channel = 'email'"
    )
    op.drop_table("sandbox_delivery")
