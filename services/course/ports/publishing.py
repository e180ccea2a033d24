"""Published versions, kept for ever."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.course.domain.publishing import CourseVersion


class Versions(Protocol):
    """Inside the unit of work."""

    async def add(self, version: CourseVersion) -> None:
        """Raises Conflict when the number is taken."""

    async def newest(self, course_id: UUID) -> CourseVersion | None:
        """The one with the highest number; None of a draft."""


class Shelf(Protocol):
    """Published versions, read outside any transaction."""

    async def by_id(self, id: UUID) -> CourseVersion:
        """Raises NotFound."""

    async def numbered(self, course_id: UUID, version: int) -> CourseVersion:
        """Raises NotFound."""
