"""Outlines, tracking, topics, counted activities; the log by its key.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "course_version",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("course_id", "version", name="pk_course_version"),
    )
    op.create_table(
        "course_topic",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id", "version"],
            ["course_version.course_id", "course_version.version"],
            name="fk_course_topic_course_id_version",
        ),
        sa.PrimaryKeyConstraint("course_id", "version", "topic_id", name="pk_course_topic"),
    )
    op.create_table(
        "tracking",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("completed_topics", sa.Integer(), nullable=False),
        sa.Column("required_topics", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id", "course_version"],
            ["course_version.course_id", "course_version.version"],
            name="fk_tracking_course_id_course_version",
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name="pk_tracking"),
    )
    op.create_index("ix_tracking_learner_id_course_id", "tracking", ["learner_id", "course_id"])
    op.create_table(
        "topic_progress",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["enrollment_id"], ["tracking.enrollment_id"], name="fk_topic_progress_enrollment_id"),
        sa.PrimaryKeyConstraint("enrollment_id", "topic_id", name="pk_topic_progress"),
    )
    op.create_table(
        "counted_activity",
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["tracking.enrollment_id"], name="fk_counted_activity_enrollment_id"
        ),
        sa.PrimaryKeyConstraint("enrollment_id", "activity_id", name="pk_counted_activity"),
    )


def downgrade() -> None:
    for table in ("counted_activity", "topic_progress", "tracking", "course_topic", "course_version"):
        op.drop_table(table)
