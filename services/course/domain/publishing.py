"""Published versions: numbered, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Conflict
from services.course.domain.authoring import Course
from services.course.domain.outline import Module, Outline, topics


class EmptyOutline(Conflict, code="course/empty-outline"):
    """The outline has no topic."""


class NothingNew(Conflict, code="course/nothing-new"):
    """The newest version has this title and this outline already."""


@dataclass(slots=True, kw_only=True)
class CourseVersion:
    """A course as it was published; blocks stand in it by their hash."""

    id: UUID
    course_id: UUID
    version: int
    """1, 2, 3, …"""
    title: str
    modules: tuple[Module[str], ...]
    published_by: UUID
    published_at: datetime

    @property
    def topics(self) -> int:
        """How many topics it has."""
        return sum(1 for _ in topics(self.modules))


def publish(
    course: Course, outline: Outline, *, newest: CourseVersion | None, id: UUID, by: UUID, at: datetime
) -> CourseVersion:
    """The version after the newest, from the outline as it stands. Raises EmptyOutline, NothingNew."""
    if not any(True for _ in topics(outline.modules)):
        raise EmptyOutline
    if newest is not None and (newest.title, newest.modules) == (course.title, outline.modules):
        raise NothingNew
    course.published_version = (course.published_version or 0) + 1
    course.updated_at = at
    return CourseVersion(
        id=id,
        course_id=course.id,
        version=course.published_version,
        title=course.title,
        modules=outline.modules,
        published_by=by,
        published_at=at,
    )
