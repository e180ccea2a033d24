"""An index for the order that a learner's courses are listed in.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
_INDEX = "ix_tracking_learner_id_enrolled_at_enrollment_id"


def upgrade() -> None:
    op.create_index(_INDEX, "tracking", ["learner_id", "enrolled_at", "enrollment_id"])


def downgrade() -> None:
    op.drop_index(_INDEX, "tracking")
