"""Tracking as it is kept: the tables of the projection `progress.course-progress`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from services.progress.domain.tracking import Outline, Track, Tracking


class Outlines(Protocol):
    """Published versions of courses. Inside the unit of work."""

    async def keep(self, outline: Outline) -> None:
        """A version known already stays as it is."""

    async def get(self, course_id: UUID, version: int) -> Outline | None:
        """None until its event has arrived."""


class Tracks(Protocol):
    """Progress of enrollments. Inside the unit of work; what is read is locked until it ends."""

    async def tracking(self, enrollment_id: UUID) -> Tracking | None:
        """None until the enrollment's event has arrived."""

    async def add(self, tracking: Tracking) -> None:
        """Raises Conflict when the enrollment is tracked already."""

    async def update(self, tracking: Tracking) -> None:
        """Its status changed. Raises NotFound."""

    async def get(self, enrollment_id: UUID, activity_id: UUID) -> Track | None:
        """With its topics, and whether this activity is counted."""

    async def of_learner(
        self, learner_id: UUID, courses: Collection[UUID], activities: Collection[UUID]
    ) -> dict[UUID, Track]:
        """A learner's latest enrollment in each of the courses, by course, and which of the activities are counted."""

    async def save(self, track: Track) -> None:
        """Write down what was counted."""
