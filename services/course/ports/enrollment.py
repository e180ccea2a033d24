"""Places in courses."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.course.domain.enrollment import Enrollment, Offer


class Enrollments(Protocol):
    """Writes inside the unit of work, reads outside any transaction."""

    async def offer(self, course_id: UUID, learner_id: UUID) -> Offer:
        """The course as enrollment sees it, locked until the transaction ends.

        Raises NotFound, AlreadyEnrolled when the learner has a place, and PaymentClosing while the payment for one that
        they gave up may yet come through.
        """

    async def add(self, enrollment: Enrollment) -> None:
        """Take the place. Raises AlreadyEnrolled when the learner has one."""

    async def get(self, id: UUID) -> Enrollment:
        """Locked until the transaction ends. Raises NotFound."""

    async def update(self, enrollment: Enrollment) -> None:
        """Raises Conflict when a rival changed it."""

    async def count(self, course_id: UUID, change: int) -> None:
        """So many places more are taken; fewer when it is negative."""

    async def look(self, id: UUID) -> Enrollment:
        """Read. Raises NotFound."""

    async def of_learner(self, learner_id: UUID, selection: Selection) -> list[Enrollment]:
        """Read: of a learner's own."""
