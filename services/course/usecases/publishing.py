"""Giving out versions of a course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.course import CoursePublished, PublishedTopic
from lms_core.domain.errors import Forbidden, NotFound
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.course.domain.outline import topics
from services.course.domain.publishing import CourseVersion, EmptyOutline, NothingNew, publish
from services.course.ports.authoring import Courses
from services.course.ports.outline import Outlines
from services.course.ports.publishing import Shelf, Versions
from services.course.usecases.authoring import must_edit


@dataclass(frozen=True, slots=True)
class PublishCourse:
    """Publish the outline as the next version of the course.

    Versions are numbered from 1 and never change; there is no next one while title and outline are those of the last.
    A price that was set before counts from the first version on. Who enrolls from now on gets the new one; learners
    stay on theirs.
    """

    raises: ClassVar = (NotFound, Forbidden, EmptyOutline, NothingNew)

    courses: Courses
    outlines: Outlines
    versions: Versions
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, me: Principal, course_id: UUID) -> CourseVersion:
        now = self.clock.now()
        async with self.uow:
            course = await self.courses.get(course_id)
            must_edit(me, course.instructor_id, course.published_version)
            outline = await self.outlines.get(course_id)
            newest = await self.versions.newest(course_id)
            version = publish(course, outline, newest=newest, id=self.ids.new(), by=me.id, at=now)
            await self.courses.update(course)
            await self.versions.add(version)
            self.uow.answer(version.id)
            self.uow.audit("course.published", str(course_id), version=version.version)
            self.uow.record(
                CoursePublished(
                    course_id=course_id,
                    version=version.version,
                    title=version.title,
                    instructor_id=course.instructor_id,
                    topics=tuple(
                        PublishedTopic(topic_id=topic.id, title=topic.title, required=topic.required)
                        for topic in topics(version.modules)
                    ),
                    published_at=now,
                )
            )
        return version


@dataclass(frozen=True, slots=True)
class ShowVersion:
    """Show a published version."""

    raises: ClassVar = (NotFound,)

    shelf: Shelf

    async def __call__(self, me: Principal, id: UUID) -> CourseVersion:
        return await self.shelf.by_id(id)


USE_CASES = (PublishCourse, ShowVersion)
