"""Devices are told unless their owner says otherwise: those who chose nothing are taken at the new defaults.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_PREFERENCES = sa.table("preferences", sa.column("notifications", sa.Text()))
_BEFORE = '{"email":true,"in_app":true,"push":false,"sms":false}'
_NOW = '{"email":true,"in_app":true,"push":true,"sms":true}'


def upgrade() -> None:
    op.execute(_PREFERENCES.update().where(_PREFERENCES.c.notifications == _BEFORE).values(notifications=_NOW))


def downgrade() -> None:
    """What somebody chose since stays as it is."""
