"""Why a percentage is what it is: worked out anew from the log, beside what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.progress.domain.completion import RULE, RULE_VERSION, standing
from services.progress.domain.tracking import Activity, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An event of the log that was counted."""

    event_id: UUID
    type: str
    time: datetime
    activity: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the learner is shown."""

    percent: int
    seconds: int
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An event of course that the arithmetic stands on, named by what it is about."""

    type: str
    subject: UUID
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """A required topic, and the event that completed it."""

    topic_id: UUID
    title: str
    completed_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Everything that leads to the percentage."""

    enrollment_id: UUID
    course_id: UUID
    course_version: int
    rule_version: int
    rule: str
    grounds: tuple[Ground, ...]
    required: tuple[Required, ...]
    events: tuple[Logged, ...]
    arithmetic: str
    result: Shown
    shown: Shown

    @property
    def agrees(self) -> bool:
        """What is shown is what the log says."""
        return self.result == self.shown


def prove(
    *,
    enrollment_id: UUID,
    course_id: UUID,
    course_version: int,
    topics: Sequence[Topic],
    grounds: tuple[Ground, ...],
    events: Sequence[Logged],
    shown: Shown,
) -> Proof:
    """Apply the rule to the log, without looking at what was kept."""
    by_topic: dict[UUID, Logged] = {}
    for event in events:
        known = by_topic.get(event.activity.topic_id)
        if event.activity.kind == "completed" and (known is None or _earlier(event, known)):
            by_topic[event.activity.topic_id] = event
    required = [topic for topic in topics if topic.required]
    now = standing({t.topic_id for t in required}, {t: e.activity.recorded_at for t, e in by_topic.items()})
    completing = {topic: event.event_id for topic, event in by_topic.items()}
    return Proof(
        enrollment_id=enrollment_id,
        course_id=course_id,
        course_version=course_version,
        rule_version=RULE_VERSION,
        rule=RULE,
        grounds=grounds,
        required=tuple(
            Required(topic_id=t.topic_id, title=t.title, completed_by=completing.get(t.topic_id)) for t in required
        ),
        events=tuple(events),
        arithmetic=now.arithmetic,
        result=Shown(
            percent=now.percent, seconds=sum(e.activity.seconds for e in events), completed_at=now.completed_at
        ),
        shown=shown,
    )


def _earlier(event: Logged, than: Logged) -> bool:
    return event.activity.recorded_at < than.activity.recorded_at
