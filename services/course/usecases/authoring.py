"""Making courses, editing and finding them."""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.course import CourseCreated
from lms_core.domain.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Stale
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.course.domain.authoring import new_course
from services.course.domain.outline import Outline
from services.course.ports.authoring import CourseDetails, Courses
from services.course.ports.outline import Outlines

ADMINISTER = "course:administer"


def must_know(me: Principal, instructor_id: UUID, published_version: int | None) -> None:
    """Raises NotFound for somebody else's draft."""
    if published_version is None and instructor_id != me.id and not me.may(ADMINISTER):
        raise NotFound


def must_edit(me: Principal, instructor_id: UUID, published_version: int | None) -> None:
    """Raises NotFound for somebody else's draft, Forbidden for their published course."""
    must_know(me, instructor_id, published_version)
    me.must_own(instructor_id, unless=ADMINISTER)


@dataclass(frozen=True, slots=True)
class CreateCourse:
    """Begin a course.

    It is a draft that only its author sees. Give it an outline, then publish it.
    """

    raises: ClassVar = (Invalid,)

    courses: Courses
    outlines: Outlines
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, me: Principal, *, title: str, summary: str) -> CourseDetails:
        course = new_course(id=self.ids.new(), instructor_id=me.id, title=title, summary=summary, at=self.clock.now())
        async with self.uow:
            await self.courses.add(course)
            await self.outlines.add(Outline(course_id=course.id))
            self.uow.record(
                CourseCreated(
                    course_id=course.id,
                    title=course.title,
                    instructor_id=course.instructor_id,
                    created_at=course.created_at,
                )
            )
            self.uow.answer(course.id)
        return await self.courses.details(course.id)


@dataclass(frozen=True, slots=True)
class EditCourse:
    """Change a course's title, summary or capacity.

    Send the ETag you read as `If-Match`. What is left out stays as it is. A capacity of null is no limit; one below the
    places taken ends nobody's enrollment, but lets nobody in.
    """

    raises: ClassVar = (NotFound, Forbidden, Invalid, PreconditionRequired, Stale)

    courses: Courses
    uow: UnitOfWork
    clock: Clock

    async def __call__(
        self,
        me: Principal,
        course_id: UUID,
        version: int,
        *,
        title: str | None = None,
        summary: str | None = None,
        capacity: int | EllipsisType | None = ...,
    ) -> CourseDetails:
        """`capacity`: None takes the limit away, `...` leaves it as it is."""
        async with self.uow:
            course = await self.courses.get(course_id)
            must_edit(me, course.instructor_id, course.published_version)
            now = self.clock.now()
            if course.edit(version=version, title=title, summary=summary, capacity=capacity, at=now):
                await self.courses.update(course)
        return (await self.courses.details(course_id)).edited(course)


@dataclass(frozen=True, slots=True)
class ShowCourse:
    """Show a course.

    Its ETag is what `If-Match` wants when it is edited. Drafts are shown to their author only.
    """

    raises: ClassVar = (NotFound,)

    courses: Courses

    async def __call__(self, me: Principal, course_id: UUID) -> CourseDetails:
        course = await self.courses.details(course_id)
        must_know(me, course.instructor_id, course.published_version)
        return course


@dataclass(frozen=True, slots=True)
class ListCourses:
    """List courses, the newest first.

    Published courses, and your own drafts among them. To read several whose ids you have, name them all: `id=…&id=…`.
    """

    raises: ClassVar = ()

    courses: Courses

    async def __call__(self, me: Principal, wanted: Selection) -> list[CourseDetails]:
        return await self.courses.list(wanted, instructor_id=me.id, drafts=me.may(ADMINISTER))


USE_CASES = (CreateCourse, EditCourse, ShowCourse, ListCourses)
