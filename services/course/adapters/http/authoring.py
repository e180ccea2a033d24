"""/courses: making, editing and finding them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from lms_adapters.web.answers import made_at
from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, documented, view
from lms_adapters.web.preconditions import IfMatch, IfNoneMatch, required_version, tagged
from services.course.domain.authoring import MAX_CAPACITY, MAX_SUMMARY, MAX_TITLE, CourseStatus
from services.course.usecases.authoring import CreateCourse, EditCourse, ListCourses, ShowCourse

Title: TypeAlias = Annotated[str, documented(minLength=1, maxLength=MAX_TITLE, examples=["Analytical engines"])]
Summary: TypeAlias = Annotated[str, documented(maxLength=MAX_SUMMARY, examples=["From punched cards to loops."])]
Capacity: TypeAlias = Annotated[int, documented(minimum=0, maximum=MAX_CAPACITY, examples=[30])]


class CourseBody(Body, frozen=True, kw_only=True):
    title: Title
    summary: Summary = ""


class CoursePatch(Body, frozen=True, kw_only=True):
    title: Title | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    capacity: Capacity | UnsetType | None = UNSET
    """Places; null for no limit."""


class CourseView(View, kw_only=True):
    id: UUID
    instructor_id: UUID
    title: str
    summary: str
    status: CourseStatus
    """A draft is known to its author only."""
    published_version: int | None
    """The newest that was published; null for a draft."""
    capacity: int | None
    """How many places there are; null: no limit."""
    places_taken: int
    """Those that are kept until they are paid for count as well."""
    price_id: UUID | None
    """What to agree to when taking a place; null when it is free."""
    amount: int | None
    """What a place costs, in minor units; null when it is free."""
    currency: str | None
    """ISO 4217; null when it is free."""
    created_at: datetime
    updated_at: datetime
    version: int
    """The number that the ETag begins with."""


COURSES = Collection(
    CourseView,
    sort=("-created_at", "-updated_at", "title"),
    filters=("id", "instructor_id", "status", "amount", "created_at", "updated_at"),
)


class AuthoringController(Controller):
    path = "/courses"

    @COURSES.get(guards=[requires("course:read")])
    @inject
    async def list_courses(
        self, me: Me, wanted: Wanted, courses: FromDishka[ListCourses]
    ) -> Response[Page[CourseView]]:
        return COURSES.page(wanted, await courses(me, wanted))

    @post(guards=[requires("course:author")])
    @made_at("/api/v1/courses")
    @repeatable(ShowCourse)
    @inject
    async def create_course(self, data: JSONBody[CourseBody], me: Me, create: FromDishka[CreateCourse]) -> CourseView:
        return view(await create(me, title=data.title, summary=data.summary), CourseView)

    @get("/{course_id:uuid}", guards=[requires("course:read")])
    @inject
    async def show_course(
        self, course_id: FromPath[UUID], me: Me, show: FromDishka[ShowCourse], if_none_match: IfNoneMatch = None
    ) -> Response[CourseView]:
        course = await show(me, course_id)
        return tagged(view(course, CourseView), if_none_match, version=course.version)

    @patch("/{course_id:uuid}", guards=[requires("course:author")])
    @inject
    async def edit_course(
        self,
        course_id: FromPath[UUID],
        data: JSONBody[CoursePatch],
        me: Me,
        edit: FromDishka[EditCourse],
        if_match: IfMatch = None,
    ) -> Response[CourseView]:
        edited = await edit(
            me,
            course_id,
            required_version(if_match),
            title=None if data.title is UNSET else data.title,
            summary=None if data.summary is UNSET else data.summary,
            capacity=... if data.capacity is UNSET else data.capacity,
        )
        return tagged(view(edited, CourseView), version=edited.version)
