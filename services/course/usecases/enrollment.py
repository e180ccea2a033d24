"""Taking a place in a course, and what payments make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from lms_core.contracts.billing import PaymentFailed, PaymentSucceeded
from lms_core.contracts.course import EnrollmentActivated, EnrollmentSuspended, UserEnrolled
from lms_core.domain.errors import NotFound, NotYet
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.course.domain.enrollment import AlreadyEnrolled, CourseFull, Enrollment, NotPublished, suspend_reason
from services.course.domain.prerequisites import PrerequisitesMissing
from services.course.ports.enrollment import Enrollments
from services.course.usecases.authoring import must_know


@dataclass(frozen=True, slots=True)
class Enroll:
    """Take a place in a published course.

    The learner stays on the version they enrolled in. A place in a paid course is pending until the payment succeeds;
    if it fails the enrollment is suspended and the learner told why. Where other courses must be completed first,
    `missing` in the refusal names those that are not.
    """

    raises: ClassVar = (NotFound, NotPublished, PrerequisitesMissing, CourseFull, AlreadyEnrolled)

    enrollments: Enrollments
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, me: Principal, course_id: UUID) -> Enrollment:
        async with self.uow:
            offer = await self.enrollments.offer(course_id, me.id)
            must_know(me, offer.author_id, offer.published_version)
            place = offer.enroll(me.id, id=self.ids.new(), at=self.clock.now())
            await self.enrollments.add(place)
            self.uow.answer(place.id)
            self.uow.record(_enrolled(place))
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
        amount=place.amount,
        currency=place.currency,
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

    A suspended one says why in `reason`.
    """

    raises: ClassVar = ()

    enrollments: Enrollments

    async def __call__(self, me: Principal, wanted: Selection) -> list[Enrollment]:
        return await self.enrollments.of_learner(me.id, wanted)


@dataclass(frozen=True, slots=True)
class ActivateEnrollment:
    """A payment succeeded: the content is open, be it after an earlier failure."""

    raises: ClassVar = (NotYet,)

    enrollments: Enrollments
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, event: PaymentSucceeded) -> None:
        async with self.uow:
            place = await _place(self.enrollments, event.enrollment_id)
            if not place.activate():
                return
            await self.enrollments.update(place)
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


async def _place(enrollments: Enrollments, id: UUID) -> Enrollment:
    try:
        return await enrollments.get(id)
    except NotFound:
        raise NotYet("enrollment {enrollment_id} is not there yet", enrollment_id=id) from None


USE_CASES = (Enroll, ShowEnrollment, ListEnrollments, ActivateEnrollment, SuspendEnrollment)
