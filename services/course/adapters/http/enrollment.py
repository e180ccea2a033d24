"""Taking a place in a course, and one's own enrollments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from lms_adapters.web.answers import made_at
from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, view
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.course.domain.enrollment import CancelReason, EnrollmentStatus, SuspendReason
from services.course.usecases.enrollment import Enroll, ListEnrollments, ShowEnrollment, Withdraw

Learner: TypeAlias = Annotated[Literal["me"], QueryParameter(description="Whose; only your own as yet.")]


class EnrollBody(Body, frozen=True, kw_only=True):
    price_id: UUID | None = None
    """The price that you agree to, as the course shows it; null when it is free."""


class EnrollmentView(View, kw_only=True):
    id: UUID
    course_id: UUID
    course_version: int
    """Of the content: that of the day of enrollment."""
    course_title: str
    learner_id: UUID
    status: Annotated[EnrollmentStatus, msgspec.Meta(examples=["pending"])]
    """Only what is active opens the content."""
    reason: Annotated[SuspendReason | CancelReason | None, msgspec.Meta(examples=[None])]
    """Why it is suspended or cancelled."""
    price_id: UUID | None
    """The price agreed on; null when the course was free."""
    amount: int | None
    """Minor units; null when the course was free."""
    currency: str | None
    """ISO 4217; null when the course was free."""
    enrolled_at: datetime


ENROLLMENTS = Collection(
    EnrollmentView, sort=("-enrolled_at",), filters=("id", "course_id", "status", "enrolled_at"), beside=("learner",)
)


class EnrollmentController(Controller):
    path = "/courses/{course_id:uuid}/enrollments"

    @post(guards=[requires("course:enroll")])
    @made_at("/api/v1/enrollments")
    @repeatable(ShowEnrollment)
    @inject
    async def enroll(
        self, course_id: FromPath[UUID], me: Me, enroll: FromDishka[Enroll], data: JSONBody[EnrollBody | None] = None
    ) -> EnrollmentView:
        return view(await enroll(me, course_id, data.price_id if data else None), EnrollmentView)


class EnrollmentsController(Controller):
    path = "/enrollments"

    @ENROLLMENTS.get(guards=[requires("enrollment:read")])
    @inject
    async def list_enrollments(
        self, me: Me, wanted: Wanted, enrollments: FromDishka[ListEnrollments], learner: Learner = "me"
    ) -> Response[Page[EnrollmentView]]:
        return ENROLLMENTS.page(wanted, await enrollments(me, wanted))

    @get("/{enrollment_id:uuid}", guards=[requires("enrollment:read")])
    @inject
    async def show_enrollment(
        self, enrollment_id: FromPath[UUID], me: Me, show: FromDishka[ShowEnrollment], if_none_match: IfNoneMatch = None
    ) -> Response[EnrollmentView]:
        return tagged(view(await show(me, enrollment_id), EnrollmentView), if_none_match)

    @delete("/{enrollment_id:uuid}", guards=[requires("course:enroll")])
    @inject
    async def withdraw(self, enrollment_id: FromPath[UUID], me: Me, withdraw: FromDishka[Withdraw]) -> None:
        await withdraw(me, enrollment_id)
