"""Where people want to be told. Those of whom nothing is known want it everywhere.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("recipient", sa.Column("wishes", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("recipient", "wishes")
