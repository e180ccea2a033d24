"""An index for each order that courses and enrollments are listed in.

Revision ID: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_course_created_at_id", "course", ["created_at", "id"])
    op.create_index("ix_course_updated_at_id", "course", ["updated_at", "id"])
    op.create_index("ix_course_title_id", "course", ["title", "id"])
    op.create_index("ix_course_author_id_created_at_id", "course", ["author_id", "created_at", "id"])
    op.drop_index("ix_enrollment_learner_id_id", "enrollment")
    op.create_index("ix_enrollment_learner_id_enrolled_at_id", "enrollment", ["learner_id", "enrolled_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_enrollment_learner_id_enrolled_at_id", "enrollment")
    op.create_index("ix_enrollment_learner_id_id", "enrollment", ["learner_id", "id"])
    for columns in ("author_id_created_at_id", "title_id", "updated_at_id", "created_at_id"):
        op.drop_index(f"ix_course_{columns}", "course")
