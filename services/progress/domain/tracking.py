"""What a learner did with the topics of a course, merged so that neither order nor repetition matters.

The merge law: seconds add up over distinct activities, the position is that of the activity that occurred last, and
what was completed once stays completed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

from lms_core.domain.errors import Conflict, NotYet
from services.progress.domain.completion import RULE_VERSION, standing

Kind = Literal["viewed", "completed"]
Status = Literal["pending", "active", "suspended", "cancelled"]
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What is said to have happened before was told by a clock that nobody has set."""


class NotTracked(NotYet, code="progress/not-yet"):
    """Your place in this course is not known here, or not yet."""


class NotActive(Conflict, code="progress/not-active"):
    """Your place in this course is not active: nothing can be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The unit that progress counts."""

    topic_id: UUID
    title: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A published version of a course, as far as progress needs it. It never changes."""

    course_id: UUID
    version: int
    title: str
    published_at: datetime
    topics: tuple[Topic, ...]

    @property
    def required(self) -> frozenset[UUID]:
        """What counts towards completion."""
        return frozenset(topic.topic_id for topic in self.topics if topic.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A learner did something with a topic."""

    activity_id: UUID
    """Made by the client: the same one twice counts once."""
    topic_id: UUID
    kind: Kind
    seconds: int
    position: int
    occurred_at: datetime
    recorded_at: datetime


@dataclass(slots=True, kw_only=True)
class TopicProgress:
    """What is known of one learner and one topic."""

    enrollment_id: UUID
    topic_id: UUID
    seconds: int = 0
    position: int
    last_at: datetime
    """When the activity occurred that the position is from."""
    completed_at: datetime | None = None
    """When it was first completed on the learner's device, as far as is known."""
    counted_at: datetime | None = None
    """When the first completion was recorded here; this never moves."""

    def merge(self, activity: Activity) -> None:
        """The merge law; of two activities at the same moment the one further on gives the position."""
        self.seconds += activity.seconds
        self.last_at, self.position = max((self.last_at, self.position), (activity.occurred_at, activity.position))
        if activity.kind == "completed":
            self.completed_at = min(self.completed_at or activity.occurred_at, activity.occurred_at)
            self.counted_at = min(self.counted_at or activity.recorded_at, activity.recorded_at)


@dataclass(slots=True, kw_only=True)
class Tracking:
    """A learner's progress in a course, on the version they enrolled in."""

    enrollment_id: UUID
    course_id: UUID
    course_version: int
    learner_id: UUID
    enrolled_at: datetime
    status: Status
    status_version: int
    """The version of the enrollment that has this status."""
    seconds: int = 0
    completed_topics: int = 0
    required_topics: int
    percent: int = 0
    rule_version: int = RULE_VERSION
    completed_at: datetime | None = None

    def turn(self, status: Status, version: int) -> None:
        """The place became active, was suspended or given up. Its newest version counts, whatever the order."""
        if version > self.status_version:
            self.status, self.status_version = status, version


@dataclass(slots=True, kw_only=True)
class Track:
    """Tracking with its topics, as counting activities needs it."""

    tracking: Tracking
    outline: dict[UUID, Topic] = field(default_factory=dict)
    topics: dict[UUID, TopicProgress] = field(default_factory=dict)
    counted: set[UUID] = field(default_factory=set)
    """Which of the activities asked about are counted already."""
    fresh: list[UUID] = field(default_factory=list)
    """Activities counted since it was read."""
    opened: set[UUID] = field(default_factory=set)
    """Topics that had no progress when it was read."""
    touched: set[UUID] = field(default_factory=set)
    """Topics that had, and have more now."""

    def count(self, activity: Activity) -> bool:
        """Count an activity; False when it was counted before."""
        if activity.activity_id in self.counted:
            return False
        self.counted.add(activity.activity_id)
        self.fresh.append(activity.activity_id)
        self._topic(activity).merge(activity)
        self.tracking.seconds += activity.seconds
        if activity.kind == "completed":
            self._measure()
        return True

    def _topic(self, activity: Activity) -> TopicProgress:
        topic = self.topics.get(activity.topic_id)
        if topic is not None:
            if activity.topic_id not in self.opened:
                self.touched.add(activity.topic_id)
            return topic
        self.opened.add(activity.topic_id)
        topic = self.topics[activity.topic_id] = TopicProgress(
            enrollment_id=self.tracking.enrollment_id,
            topic_id=activity.topic_id,
            position=activity.position,
            last_at=activity.occurred_at,
        )
        return topic

    def _measure(self) -> None:
        required = {t.topic_id for t in self.outline.values() if t.required}
        now = standing(required, {t.topic_id: t.counted_at for t in self.topics.values() if t.counted_at})
        tracking = self.tracking
        tracking.percent, tracking.completed_at = now.percent, now.completed_at
        tracking.completed_topics, tracking.required_topics = now.completed_topics, now.required_topics


def begin(
    outline: Outline, *, enrollment_id: UUID, learner_id: UUID, status: Status, version: int, enrolled_at: datetime
) -> Tracking:
    """Tracking of a new enrollment."""
    return Tracking(
        enrollment_id=enrollment_id,
        course_id=outline.course_id,
        course_version=outline.version,
        learner_id=learner_id,
        enrolled_at=enrolled_at,
        status=status,
        status_version=version,
        required_topics=len(outline.required),
    )
