"""Saying what must be completed first, and keeping up with who has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.progress import CourseCompleted
from lms_core.domain.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Stale
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.course.domain.prerequisites import (
    Completion,
    NamedCourse,
    Prerequisite,
    PrerequisiteCycle,
    chosen,
    refuse_cycles,
)
from services.course.ports.authoring import Courses
from services.course.ports.prerequisites import Completions, Prerequisites
from services.course.usecases.authoring import must_edit, must_know


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a course needs, in the version of the course that says so."""

    course_id: UUID
    prerequisites: list[Prerequisite]
    version: int


@dataclass(frozen=True, slots=True)
class ShowPrerequisites:
    """Show which courses must be completed before this one.

    Each says whether you have completed it; who has not cannot take a place. A completion counts here a moment after
    the last topic was recorded. The ETag is the course's.
    """

    raises: ClassVar = (NotFound,)

    courses: Courses
    prerequisites: Prerequisites

    async def __call__(self, me: Principal, course_id: UUID) -> Needs:
        course = await self.courses.details(course_id)
        must_know(me, course.instructor_id, course.published_version)
        needed = await self.prerequisites.of(course_id, me.id)
        return Needs(course_id=course_id, prerequisites=needed, version=course.version)


@dataclass(frozen=True, slots=True)
class ReplacePrerequisites:
    """Say which courses must be completed before this one.

    Send the course's ETag as `If-Match`, and all of them in the order in which they are to be shown; none takes the
    condition away. They must be published. A course that would need itself in the end is refused, and `cycle` names the
    way round. It counts at once, for every version; who has a place keeps it.
    """

    raises: ClassVar = (NotFound, Forbidden, Invalid, PrerequisiteCycle, PreconditionRequired, Stale)

    courses: Courses
    prerequisites: Prerequisites
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, me: Principal, course_id: UUID, version: int, required: Sequence[UUID]) -> Needs:
        async with self.uow:
            graph = await self.prerequisites.graph(required)  # first: rivals wait here, and hold no course
            course = await self.courses.get(course_id)
            must_edit(me, course.instructor_id, course.published_version)
            course.read_as(version)
            needed = chosen(required, await self.prerequisites.published(required))
            refuse_cycles(NamedCourse(course_id=course_id, title=course.title), needed, graph)
            await self.prerequisites.replace(course_id, required)
            course.touch(self.clock.now())
            await self.courses.update(course)
        prerequisites = await self.prerequisites.of(course_id, me.id)
        return Needs(course_id=course_id, prerequisites=prerequisites, version=course.version)


@dataclass(frozen=True, slots=True)
class KeepCompletion:
    """Keep who has completed what: a learner's first completion of a course stays."""

    raises: ClassVar = ()

    completions: Completions

    async def __call__(self, event: CourseCompleted) -> None:
        if await self.completions.of(event.learner_id, event.course_id) is None:
            await self.completions.add(
                Completion(learner_id=event.learner_id, course_id=event.course_id, completed_at=event.completed_at)
            )


USE_CASES = (ShowPrerequisites, ReplacePrerequisites, KeepCompletion)
