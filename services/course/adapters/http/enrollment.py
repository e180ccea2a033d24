"""Taking a place in a course, and one's own enrollments."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import View, view
from lms_adapters.web.pagination import LIMIT, Page, cut, paged, read_cursor
from services.course.adapters.http.authoring import Limit
from services.course.domain.enrollment import EnrollmentStatus
from services.course.usecases.enrollment import Enroll, ListEnrollments, ShowEnrollment


class EnrollmentView(View, kw_only=True):
    id: UUID
    course_id: UUID
    course_version: int
    course_title: str
    learner_id: UUID
    status: EnrollmentStatus
    reason: str | None
    """Why it is suspended, a word for programs: `payment-declined`."""
    price_id: UUID | None
    """The price agreed on; null when the course was free."""
    amount: int
    """Minor units."""
    currency: str
    """ISO 4217; empty when the course was free."""
    enrolled_at: datetime


class EnrollmentController(Controller):
    path = "/courses/{course_id:uuid}/enrollments"

    @post(guards=[requires("course:enroll")])
    @repeatable(ShowEnrollment)
    @inject
    async def enroll(self, course_id: FromPath[UUID], me: Me, enroll: FromDishka[Enroll]) -> EnrollmentView:
        return view(await enroll(me, course_id), EnrollmentView)


class EnrollmentsController(Controller):
    path = "/enrollments"

    @get(guards=[requires("enrollment:read")])
    @inject
    async def list_enrollments(
        self,
        request: Request[Any, Any, Any],
        me: Me,
        enrollments: FromDishka[ListEnrollments],
        learner: FromQuery[Literal["me"]] = "me",
        cursor: FromQuery[str | None] = None,
        limit: Limit = LIMIT,
    ) -> Response[Page[EnrollmentView]]:
        found = await enrollments(me, after=read_cursor(cursor, UUID), limit=limit + 1)
        items, following = cut(found, limit, lambda enrollment: enrollment.id)
        return paged(request, Page(items=view(items, list[EnrollmentView]), next=following))
