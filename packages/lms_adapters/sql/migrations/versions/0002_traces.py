"""Traces are found by their id, handled events and jobs know the span they ran in, dead jobs are counted by an index.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_UP = """
CREATE INDEX lms_outbox_trace ON lms_outbox (substr(traceparent, 4, 32));
CREATE INDEX lms_inbox_trace ON lms_inbox (substr(traceparent, 4, 32));
CREATE INDEX lms_job_trace ON lms_job (substr(traceparent, 4, 32));
CREATE INDEX lms_job_dead ON lms_job (due) WHERE state = 3;
ALTER TABLE lms_inbox ADD COLUMN span TEXT;
ALTER TABLE lms_job ADD COLUMN span TEXT
"""
_DOWN = """
ALTER TABLE lms_job DROP COLUMN span;
ALTER TABLE lms_inbox DROP COLUMN span;
DROP INDEX lms_job_dead;
DROP INDEX lms_job_trace;
DROP INDEX lms_inbox_trace;
DROP INDEX lms_outbox_trace
"""


def upgrade() -> None:
    for statement in _UP.split(";"):
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN.split(";"):
        op.execute(statement)
