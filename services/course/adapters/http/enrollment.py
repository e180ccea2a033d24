"""Taking a place in a course, and one's own enrollments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath, QueryParameter

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import View, view
from services.course.domain.enrollment import EnrollmentStatus, SuspendReason
from services.course.usecases.enrollment import Enroll, ListEnrollments, ShowEnrollment

Learner: TypeAlias = Annotated[Literal["me"], QueryParameter(description="Whose; only your own as yet.")]


class EnrollmentView(View, kw_only=True):
    id: UUID
    course_id: UUID
    course_version: int
    course_title: str
    learner_id: UUID
    status: EnrollmentStatus
    reason: SuspendReason | None
    """Why it is suspended."""
    price_id: UUID | None
    """The price agreed on; null when the course was free."""
    amount: int
    """Minor units."""
    currency: str
    """ISO 4217; empty when the course was free."""
    enrolled_at: datetime


ENROLLMENTS = Collection(
    EnrollmentView, sort=("-enrolled_at",), filters=("id", "course_id", "status", "enrolled_at"), beside=("learner",)
)


class EnrollmentController(Controller):
    path = "/courses/{course_id:uuid}/enrollments"

    @post(guards=[requires("course:enroll")])
    @repeatable(ShowEnrollment)
    @inject
    async def enroll(self, course_id: FromPath[UUID], me: Me, enroll: FromDishka[Enroll]) -> EnrollmentView:
        return view(await enroll(me, course_id), EnrollmentView)


class EnrollmentsController(Controller):
    path = "/enrollments"

    @ENROLLMENTS.get(guards=[requires("enrollment:read")])
    @inject
    async def list_enrollments(
        self, me: Me, wanted: Wanted, enrollments: FromDishka[ListEnrollments], learner: Learner = "me"
    ) -> Response[Page[EnrollmentView]]:
        return ENROLLMENTS.page(wanted, await enrollments(me, wanted))
