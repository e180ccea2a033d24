"""Courses as their authors keep them and as people look them up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.course.domain.authoring import Course, CourseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDetails:
    """A course as people look it up, with what a place costs."""

    id: UUID
    instructor_id: UUID
    title: str
    summary: str
    capacity: int | None
    places_taken: int
    published_version: int | None
    price_id: UUID | None
    amount: int | None
    currency: str | None
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def status(self) -> CourseStatus:
        """Draft until its first version is published."""
        return "draft" if self.published_version is None else "published"

    def edited(self, course: Course) -> CourseDetails:
        """With what its author edits as it is in `course`, whatever a rival has made of it since."""
        return replace(
            self,
            title=course.title,
            summary=course.summary,
            capacity=course.capacity,
            published_version=course.published_version,
            updated_at=course.updated_at,
            version=course.version,
        )


class Courses(Protocol):
    """Writes inside the unit of work, reads outside any transaction."""

    async def get(self, id: UUID) -> Course:
        """Locked until the transaction ends. Raises NotFound."""

    async def add(self, course: Course) -> None:
        """A new draft."""

    async def update(self, course: Course) -> None:
        """Raises Conflict when a rival changed it."""

    async def details(self, id: UUID) -> CourseDetails:
        """Read. Raises NotFound."""

    async def list(self, selection: Selection, *, instructor_id: UUID, drafts: bool) -> list[CourseDetails]:
        """Read: of published courses and the author's own drafts (all drafts with `drafts`)."""
