"""What progress publishes: the log of learning activities and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from lms_core.domain.events import Event, event


@event("lms.progress.ActivityRecorded.v1", key="enrollment_id")
class ActivityRecorded(Event, frozen=True, kw_only=True):
    """A learner did something with a topic. The log of these is the truth of progress."""

    activity_id: UUID
    """Made by the client: the same activity sent twice counts once."""
    enrollment_id: UUID
    course_id: UUID
    learner_id: UUID
    topic_id: UUID
    kind: Literal["viewed", "completed"]
    seconds: int
    """Time spent, in seconds."""
    position: int
    """How far into the topic, in its own unit (seconds of a video, characters of a text)."""
    occurred_at: datetime
    """When it happened on the learner's device."""
    recorded_at: datetime


@event("lms.progress.ProgressUpdated.v1", key="enrollment_id")
class ProgressUpdated(Event, frozen=True, kw_only=True):
    """A learner's progress in a course changed."""

    enrollment_id: UUID
    course_id: UUID
    course_version: int
    learner_id: UUID
    percent: int
    """0 to 100, rounded down; 100 only when everything required is complete."""
    completed_topics: int
    required_topics: int
    seconds: int
    """Time on task so far, in seconds."""
    rule_version: int
    updated_at: datetime


@event("lms.progress.CourseCompleted.v1", key="enrollment_id")
class CourseCompleted(Event, frozen=True, kw_only=True):
    """A learner completed a course. Published once per enrollment."""

    enrollment_id: UUID
    course_id: UUID
    course_version: int
    learner_id: UUID
    rule_version: int
    completed_at: datetime
