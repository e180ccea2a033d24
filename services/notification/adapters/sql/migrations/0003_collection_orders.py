"""An index for the order that an inbox is listed in.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_message_recipient_id_created_at_id", "message", ["recipient_id", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_message_recipient_id_created_at_id", "message")
