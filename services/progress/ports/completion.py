"""Progress as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.progress.domain.tracking import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicStanding:
    """A topic of the course, with what the learner did."""

    topic_id: UUID
    title: str
    required: bool
    seconds: int
    position: int
    last_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a learner is in a course."""

    enrollment_id: UUID
    course_id: UUID
    course_version: int
    title: str
    published_at: datetime
    enrolled_at: datetime
    status: Status
    percent: int
    completed_topics: int
    required_topics: int
    seconds: int
    rule_version: int
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProgress(Standing):
    """A learner's progress in a course, topic by topic."""

    topics: tuple[TopicStanding, ...]


class Standings(Protocol):
    """Read outside any transaction."""

    async def of(self, learner_id: UUID, course_id: UUID) -> CourseProgress:
        """The latest enrollment's. Raises NotTracked."""

    async def some(self, learner_id: UUID, selection: Selection) -> list[Standing]:
        """Of a learner's courses."""
