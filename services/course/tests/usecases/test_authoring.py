"""Editing with fakes: what is answered."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import UUID

from lms_core.domain.selection import Selection
from lms_core.testing.fakes import MORNING, FakeClock, FakeUnitOfWork, fake_id, principal
from services.course.domain.authoring import Course, new_course
from services.course.ports.authoring import CourseDetails, Courses
from services.course.usecases.authoring import EditCourse

AUTHOR = fake_id(9)


class OvertakenCourses(Courses):
    """Whenever an edit is committed, a rival makes another before anybody can look."""

    def __init__(self) -> None:
        self.course = new_course(id=fake_id(1), instructor_id=AUTHOR, title="First", summary="", at=MORNING)

    async def get(self, id: UUID) -> Course:
        return replace(self.course)

    async def add(self, course: Course) -> None:
        raise NotImplementedError

    async def update(self, course: Course) -> None:
        course.version += 1
        self.course = course

    async def details(self, id: UUID) -> CourseDetails:
        rival = replace(
            self.course,
            title="The rival's",
            capacity=7,
            version=self.course.version + 1,
            updated_at=MORNING + timedelta(days=1),
        )
        return CourseDetails(**asdict(rival), places_taken=3, price_id=None, amount=None, currency=None)

    async def list(self, selection: Selection, *, instructor_id: UUID, drafts: bool) -> list[CourseDetails]:
        raise NotImplementedError


async def test_an_edit_is_answered_with_itself_and_not_with_a_rivals() -> None:
    edit = EditCourse(OvertakenCourses(), FakeUnitOfWork(), FakeClock())
    edited = await edit(principal("instructor", id=AUTHOR), fake_id(1), 1, title="Second")
    assert (edited.title, edited.capacity, edited.version, edited.updated_at) == ("Second", None, 2, MORNING)
    assert edited.places_taken == 3
