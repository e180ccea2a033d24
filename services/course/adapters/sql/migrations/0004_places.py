"""Who teaches a course, by the name that everybody uses; places that can be given up, and free ones without an amount.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_index("ix_course_author_id_created_at_id", "course")
    op.execute("ALTER TABLE course RENAME COLUMN author_id TO instructor_id")
    op.create_index("ix_course_instructor_id_created_at_id", "course", ["instructor_id", "created_at", "id"])
    with op.batch_alter_table("enrollment") as enrollment:
        enrollment.alter_column("amount", existing_type=sa.BigInteger(), nullable=True)
        enrollment.alter_column("currency", existing_type=sa.Text(), nullable=True)
        enrollment.add_column(sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.true()))
        enrollment.drop_constraint("uq_enrollment_course_id_learner_id", type_="unique")
    op.execute("UPDATE enrollment SET amount = NULL, currency = NULL WHERE price_id IS NULL")
    held = sa.text("held")
    op.create_index(
        "uq_enrollment_course_id_learner_id",
        "enrollment",
        ["course_id", "learner_id"],
        unique=True,
        sqlite_where=held,
        postgresql_where=held,
    )


def downgrade() -> None:
    op.execute("DELETE FROM enrollment WHERE NOT held")
    op.execute("UPDATE enrollment SET amount = 0, currency = '' WHERE price_id IS NULL")
    op.drop_index("uq_enrollment_course_id_learner_id", "enrollment")
    with op.batch_alter_table("enrollment") as enrollment:
        enrollment.drop_column("held")
        enrollment.alter_column("amount", existing_type=sa.BigInteger(), nullable=False)
        enrollment.alter_column("currency", existing_type=sa.Text(), nullable=False)
        enrollment.create_unique_constraint("uq_enrollment_course_id_learner_id", ["course_id", "learner_id"])
    op.drop_index("ix_course_instructor_id_created_at_id", "course")
    op.execute("ALTER TABLE course RENAME COLUMN instructor_id TO author_id")
    op.create_index("ix_course_author_id_created_at_id", "course", ["author_id", "created_at", "id"])
