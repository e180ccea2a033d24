"""The service's ports in memory, and events with as few words as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from lms_core.domain.errors import Unavailable
from lms_core.domain.events import Envelope
from lms_core.testing.fakes import MORNING
from services.analytics.domain.collection import Batch, RawEvent, raw_event
from services.analytics.domain.metrics import Course, Standing
from services.analytics.ports.collection import ColumnStore, DayTotal, Staging, Totals
from services.analytics.ports.metrics import CourseFigures, Courses, Standings


def raw(id: str, *, type: str = "lms.course.UserEnrolled.v1", time: datetime = MORNING, **facts: object) -> RawEvent:
    """A raw event whose body is `{}`."""
    return raw_event(id=id, type=type, source="lms.course", key="k", time=time, facts=facts, body="{}")


class FakeStaging(Staging):
    """Rows in two heaps: waiting, and by batch."""

    def __init__(self) -> None:
        self.rows: dict[str, Envelope] = {}
        self.batches: dict[UUID, list[str]] = {}

    async def add(self, envelope: Envelope) -> None:
        self.rows[envelope.id] = envelope

    async def take(self, batch_id: UUID, limit: int) -> Batch | None:
        if not self.batches and self.rows:
            self.batches[batch_id] = list(self.rows)[:limit]
        for id, events in self.batches.items():
            return Batch(id=id, events=tuple(raw(event, type=self.rows[event].type) for event in events))
        return None

    async def remove(self, batch_id: UUID) -> None:
        for event in self.batches.pop(batch_id):
            del self.rows[event]

    async def waiting(self) -> bool:
        return bool(self.rows)

    async def oldest(self) -> datetime | None:
        return min((envelope.time for envelope in self.rows.values()), default=None)


class MemoryColumnStore(ColumnStore):
    """Keeps the contract; can be told to be away."""

    def __init__(self) -> None:
        self.batches: dict[UUID, list[RawEvent]] = {}
        self.away = False

    @property
    def ids(self) -> list[str]:
        """Every event's, in order."""
        return sorted(event.id for events in self.batches.values() for event in events)

    async def insert(self, batch_id: UUID, events: Sequence[RawEvent]) -> None:
        if self.away:
            raise Unavailable("away")
        self.batches.setdefault(batch_id, list(events))

    async def totals(self, since: date) -> Totals:
        events = [event for batch in self.batches.values() for event in batch]
        days = Counter((event.time.astimezone(UTC).date(), event.type) for event in events)
        return Totals(
            events=len(events),
            as_of=max((event.time for event in events), default=None),
            days=[DayTotal(day=d, type=t, events=n) for (d, t), n in sorted(days.items()) if d >= since],
        )

    async def close(self) -> None:
        """Nothing is held."""


class FakeCourses(Courses):
    def __init__(self) -> None:
        self.rows: dict[UUID, Course] = {}

    async def get(self, course_id: UUID) -> Course:
        return self.rows.get(course_id) or Course(id=course_id)

    async def put(self, course: Course) -> None:
        self.rows[course.id] = course

    async def figures(self, course_id: UUID) -> CourseFigures | None:
        raise NotImplementedError


class FakeStandings(Standings):
    def __init__(self) -> None:
        self.rows: dict[UUID, Standing] = {}

    async def get(self, enrollment_id: UUID, course_id: UUID) -> Standing:
        return self.rows.get(enrollment_id) or Standing(id=enrollment_id, course_id=course_id)

    async def put(self, standing: Standing) -> None:
        self.rows[standing.id] = standing
