"""A push subscription is one person's: who added it last has it.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
_FORGET_EARLIER = """
DELETE FROM device WHERE channel = 'push' AND EXISTS (
    SELECT 1 FROM device AS later WHERE later.channel = 'push' AND later.address = device.address
    AND (later.added_at > device.added_at OR later.added_at = device.added_at AND later.id > device.id)
)
"""
_IS_PUSH = sa.text("channel = 'push'")


def upgrade() -> None:
    op.execute(_FORGET_EARLIER)
    op.create_index(
        "ix_device_address", "device", ["address"], unique=True, sqlite_where=_IS_PUSH, postgresql_where=_IS_PUSH
    )


def downgrade() -> None:
    op.drop_index("ix_device_address", "device")
