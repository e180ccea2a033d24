"""Prerequisites, and course's copy of completions.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "prerequisite",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("required_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_prerequisite_course_id"),
        sa.ForeignKeyConstraint(["required_id"], ["course.id"], name="fk_prerequisite_required_id"),
        sa.PrimaryKeyConstraint("course_id", "required_id", name="pk_prerequisite"),
    )
    op.create_table(
        "completion",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "course_id", name="pk_completion"),
    )


def downgrade() -> None:
    op.drop_table("completion")
    op.drop_table("prerequisite")
