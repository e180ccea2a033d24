"""The rows that dashboards are answered from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.analytics.domain.metrics import Course, Freshness, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFigures:
    """A course's row as it is shown."""

    course_id: UUID
    title: str
    instructor_id: UUID | None
    enrolled: int
    active: int
    pending: int
    suspended: int
    completed: int
    percents: int
    seconds: int
    revenue: dict[str, int]
    events: int
    as_of: datetime | None
    freshness: Freshness = field(default_factory=Freshness)

    @property
    def completion_rate(self) -> float:
        """Completed of enrolled, 0 to 1."""
        return round(self.completed / self.enrolled, 4) if self.enrolled else 0.0

    @property
    def average_percent(self) -> float:
        """Of all enrolled, 0 to 100."""
        return round(self.percents / self.enrolled, 2) if self.enrolled else 0.0


class Courses(Protocol):
    """Sums by course."""

    async def get(self, course_id: UUID) -> Course:
        """Locked until the transaction ends; an empty one when nothing of it has arrived."""

    async def put(self, course: Course) -> None:
        """Inside the transaction. Raises Conflict when a rival wrote it first."""

    async def figures(self, course_id: UUID) -> CourseFigures | None:
        """Read outside any transaction."""


class Standings(Protocol):
    """What is known of each enrollment. Inside the transaction."""

    async def get(self, enrollment_id: UUID, course_id: UUID) -> Standing:
        """Locked until the transaction ends; an empty one when nothing of it has arrived."""

    async def put(self, standing: Standing) -> None:
        """Raises Conflict when a rival wrote it first."""


class Backlog(Protocol):
    """Events that were received and not yet handled."""

    async def waiting_since(self, subscription: str) -> datetime | None:
        """When the oldest of them was received; None when all are handled. Read outside any transaction."""
