"""Taking a place in a course, what payments make of it, and giving it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from lms_core.contracts.billing import PaymentCancelled, PaymentFailed, PaymentSucceeded
from lms_core.contracts.course import EnrollmentActivated, EnrollmentCancelled, EnrollmentSuspended, UserEnrolled
from lms_core.domain.errors import NotFound, NotYet
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.jobs import Job, JobRun, job
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.course.domain.enrollment import (
    KEPT_UNPAID,
    AlreadyEnrolled,
    CancelReason,
    CourseFull,
    Enrollment,
    NotPublished,
    PaymentClosing,
    PlaceActive,
    PriceChanged,
    PriceRequired,
    suspend_reason,
)
from services.course.domain.prerequisites import PrerequisitesMissing
from services.course.ports.enrollment import Enrollments
from services.course.usecases.authoring import must_know


@job("course.expire")
class Expire(Job, frozen=True, kw_only=True):
    """A place was kept for long enough for somebody who has not paid."""

    enrollment_id: UUID


@dataclass(frozen=True, slots=True)
class Enroll:
    """Take a place in a published course.

    In a paid course `price_id` is the price that you agree to, as the course shows it; if it costs something else by
    now, the refusal says what. The learner stays on the version they enrolled in, and at that price. A place in a paid
    course is pending until the payment succeeds; if it fails the enrollment is suspended and the learner told why. It
    is kept for three days, then somebody else may have it. Where other courses must be completed first, `missing` in
    the refusal names those that are not.
    """

    raises: ClassVar = (
        NotFound,
        NotPublished,
        PrerequisitesMissing,
        CourseFull,
        PriceRequired,
        PriceChanged,
        AlreadyEnrolled,
        PaymentClosing,
    )

    enrollments: Enrollments
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, me: Principal, course_id: UUID, price_id: UUID | None) -> Enrollment:
        now = self.clock.now()
        async with self.uow:
            offer = await self.enrollments.offer(course_id, me.id)
            must_know(me, offer.instructor_id, offer.published_version)
            place = offer.enroll(me.id, price_id, id=self.ids.new(), at=now)
            await self.enrollments.add(place)
            self.uow.answer(place.id)
            self.uow.record(_enrolled(place))
            if place.status == "pending":
                self.uow.enqueue(Expire(enrollment_id=place.id), key=str(place.id), at=now + KEPT_UNPAID)
        return place


def _enrolled(place: Enrollment) -> UserEnrolled:
    status: Literal["active", "pending"] = "active" if place.status == "active" else "pending"
    return UserEnrolled(
        enrollment_id=place.id,
        course_id=place.course_id,
        course_version=place.course_version,
        course_title=place.course_title,
        learner_id=place.learner_id,
        status=status,
        price_id=place.price_id,
        amount=place.amount or 0,
        currency=place.currency or "",
        enrolled_at=place.enrolled_at,
        version=place.version,
    )


@dataclass(frozen=True, slots=True)
class ShowEnrollment:
    """Show one of your enrollments."""

    raises: ClassVar = (NotFound,)

    enrollments: Enrollments

    async def __call__(self, me: Principal, id: UUID) -> Enrollment:
        enrollment = await self.enrollments.look(id)
        if enrollment.learner_id != me.id:
            raise NotFound
        return enrollment


@dataclass(frozen=True, slots=True)
class ListEnrollments:
    """List your enrollments, the newest first.

    A suspended one says why in `reason`, and so does one that was given up.
    """

    raises: ClassVar = ()

    enrollments: Enrollments

    async def __call__(self, me: Principal, wanted: Selection) -> list[Enrollment]:
        return await self.enrollments.of_learner(me.id, wanted)


@dataclass(frozen=True, slots=True)
class ActivateEnrollment:
    """A payment succeeded: the content is open, be it after a failure or after the place was given up."""

    raises: ClassVar = (NotYet,)

    enrollments: Enrollments
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, event: PaymentSucceeded) -> None:
        async with self.uow:
            place = await _place(self.enrollments, event.enrollment_id)
            given_up = place.status == "cancelled"
            if not place.activate():
                return
            await self.enrollments.update(place)
            if given_up:
                await self.enrollments.count(place.course_id, 1)
            self.uow.record(
                EnrollmentActivated(
                    enrollment_id=place.id,
                    course_id=place.course_id,
                    learner_id=place.learner_id,
                    activated_at=self.clock.now(),
                    version=place.version,
                )
            )


@dataclass(frozen=True, slots=True)
class SuspendEnrollment:
    """A payment failed: the place is kept, the content closed, the reason told. What is paid for stays open."""

    raises: ClassVar = (NotYet,)

    enrollments: Enrollments
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, event: PaymentFailed) -> None:
        reason = suspend_reason(event.reason)
        async with self.uow:
            place = await _place(self.enrollments, event.enrollment_id)
            if not place.suspend(reason):
                return
            await self.enrollments.update(place)
            self.uow.record(
                EnrollmentSuspended(
                    enrollment_id=place.id,
                    course_id=place.course_id,
                    course_title=place.course_title,
                    learner_id=place.learner_id,
                    reason=reason,
                    suspended_at=self.clock.now(),
                    version=place.version,
                )
            )


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A place that is not active is free again; inside the unit of work. One that was given up stays as it is."""

    raises: ClassVar = (PlaceActive,)

    enrollments: Enrollments
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, place: Enrollment, reason: CancelReason) -> None:
        if not place.cancel(reason):
            return
        await self.enrollments.update(place)
        await self.enrollments.count(place.course_id, -1)
        self.uow.record(
            EnrollmentCancelled(
                enrollment_id=place.id,
                course_id=place.course_id,
                course_title=place.course_title,
                learner_id=place.learner_id,
                reason=reason,
                cancelled_at=self.clock.now(),
                version=place.version,
            )
        )


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Give up a place that is not active.

    Somebody else may have it then. Nothing is charged for it any more; only a payment that came through just before
    keeps the place, and opens it. Giving it up again changes nothing.
    """

    raises: ClassVar = (NotFound, PlaceActive)

    enrollments: Enrollments
    give_up: GiveUp
    uow: UnitOfWork

    async def __call__(self, me: Principal, id: UUID) -> None:
        async with self.uow:
            place = await self.enrollments.get(id)
            if place.learner_id != me.id:
                raise NotFound
            await self.give_up(place, "withdrawn")


@dataclass(frozen=True, slots=True)
class ExpirePlace:
    """A place that was not paid for in time is given up."""

    raises: ClassVar = ()

    enrollments: Enrollments
    give_up: GiveUp
    uow: UnitOfWork

    async def __call__(self, job: Expire, run: JobRun) -> None:
        async with self.uow:
            place = await self.enrollments.get(job.enrollment_id)
            if place.status != "active":
                await self.give_up(place, "expired")


@dataclass(frozen=True, slots=True)
class LetGo:
    """The payment for a place that was given up is closed for good: the learner may take another."""

    raises: ClassVar = (NotYet,)

    enrollments: Enrollments
    uow: UnitOfWork

    async def __call__(self, event: PaymentCancelled) -> None:
        async with self.uow:
            place = await _place(self.enrollments, event.enrollment_id)
            place.let_go()
            await self.enrollments.update(place)


async def _place(enrollments: Enrollments, id: UUID) -> Enrollment:
    try:
        return await enrollments.get(id)
    except NotFound:
        raise NotYet("enrollment {enrollment_id} is not there yet", enrollment_id=id) from None


USE_CASES = (
    Enroll,
    ShowEnrollment,
    ListEnrollments,
    ActivateEnrollment,
    SuspendEnrollment,
    Withdraw,
    ExpirePlace,
    LetGo,
)
STEPS = (GiveUp,)
