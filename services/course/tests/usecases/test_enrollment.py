"""Enrollment with fakes: what is recorded, and what is not."""

from __future__ import annotations

from uuid import UUID

import pytest

from lms_core.contracts.billing import PaymentCancelled, PaymentFailed, PaymentSucceeded
from lms_core.contracts.course import EnrollmentActivated, EnrollmentCancelled, EnrollmentSuspended, UserEnrolled
from lms_core.domain.errors import NotFound, NotYet
from lms_core.domain.selection import Selection
from lms_core.ports.jobs import JobRun
from lms_core.testing.fakes import MORNING, FakeClock, FakeIds, FakeUnitOfWork, fake_id, principal
from services.course.domain.enrollment import KEPT_UNPAID, AlreadyEnrolled, CourseFull, Enrollment, Offer
from services.course.domain.pricing import Price
from services.course.ports.enrollment import Enrollments
from services.course.usecases.enrollment import (
    ActivateEnrollment,
    Enroll,
    Expire,
    ExpirePlace,
    GiveUp,
    LetGo,
    ShowEnrollment,
    SuspendEnrollment,
    Withdraw,
)

COURSE, LEARNER = fake_id(100), fake_id(101)


class FakeEnrollments(Enrollments):
    """One published course with one place."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Enrollment] = {}
        self.taken = 0
        self.price: Price | None = None

    async def offer(self, course_id: UUID, learner_id: UUID) -> Offer:
        if course_id != COURSE:
            raise NotFound
        if any(e.learner_id == learner_id and e.held for e in self.kept.values()):
            raise AlreadyEnrolled
        return Offer(
            course_id=COURSE,
            instructor_id=fake_id(9),
            title="C",
            published_version=1,
            capacity=1,
            taken=self.taken,
            price=self.price,
        )

    async def add(self, enrollment: Enrollment) -> None:
        self.kept[enrollment.id] = enrollment
        self.taken += 1

    async def get(self, id: UUID) -> Enrollment:
        if id not in self.kept:
            raise NotFound
        return self.kept[id]

    async def count(self, course_id: UUID, change: int) -> None:
        self.taken += change

    async def look(self, id: UUID) -> Enrollment:
        return await self.get(id)

    async def update(self, enrollment: Enrollment) -> None:
        enrollment.version += 1
        self.kept[enrollment.id] = enrollment

    async def of_learner(self, learner_id: UUID, selection: Selection) -> list[Enrollment]:
        return [e for e in self.kept.values() if e.learner_id == learner_id]


def enroll(kept: FakeEnrollments, uow: FakeUnitOfWork) -> Enroll:
    return Enroll(kept, uow, FakeClock(), FakeIds())


def withdraw(kept: FakeEnrollments, uow: FakeUnitOfWork) -> Withdraw:
    return Withdraw(kept, GiveUp(kept, uow, FakeClock()), uow)


async def test_the_place_is_recorded_with_its_answer() -> None:
    kept, uow = FakeEnrollments(), FakeUnitOfWork()
    place = await enroll(kept, uow)(principal(id=LEARNER), COURSE, None)
    assert uow.committed
    assert uow.answered == place.id
    assert (uow.only(UserEnrolled).enrollment_id, uow.only(UserEnrolled).version) == (place.id, 1)


async def test_a_refusal_records_nothing() -> None:
    kept, uow = FakeEnrollments(), FakeUnitOfWork()
    await enroll(kept, FakeUnitOfWork())(principal(id=LEARNER), COURSE, None)
    with pytest.raises(CourseFull):
        await enroll(kept, uow)(principal(id=fake_id(102)), COURSE, None)
    assert uow.events == []
    with pytest.raises(AlreadyEnrolled):
        await enroll(kept, FakeUnitOfWork())(principal(id=LEARNER), COURSE, None)


async def test_an_enrollment_is_shown_to_its_learner() -> None:
    kept = FakeEnrollments()
    place = await enroll(kept, FakeUnitOfWork())(principal(id=LEARNER), COURSE, None)
    assert await ShowEnrollment(kept)(principal(id=LEARNER), place.id) == place
    with pytest.raises(NotFound):
        await ShowEnrollment(kept)(principal(id=fake_id(102)), place.id)


def _paid(id: UUID) -> PaymentSucceeded:
    return PaymentSucceeded(
        payment_id=fake_id(7),
        enrollment_id=id,
        course_id=COURSE,
        learner_id=LEARNER,
        amount=5,
        currency="EUR",
        succeeded_at=MORNING,
    )


def _unpaid(id: UUID) -> PaymentFailed:
    return PaymentFailed(
        payment_id=fake_id(7),
        enrollment_id=id,
        course_id=COURSE,
        learner_id=LEARNER,
        amount=5,
        currency="EUR",
        reason="no-method",
        failed_at=MORNING,
    )


async def test_payments_of_unknown_enrollments_wait() -> None:
    kept = FakeEnrollments()
    with pytest.raises(NotYet):
        await ActivateEnrollment(kept, FakeUnitOfWork(), FakeClock())(_paid(fake_id(50)))
    with pytest.raises(NotYet):
        await SuspendEnrollment(kept, FakeUnitOfWork(), FakeClock())(_unpaid(fake_id(50)))


async def test_payments_open_and_close() -> None:
    kept = FakeEnrollments()
    place = await enroll(kept, FakeUnitOfWork())(principal(id=LEARNER), COURSE, None)
    place.status = "pending"
    closing, opening, late = FakeUnitOfWork(), FakeUnitOfWork(), FakeUnitOfWork()
    await SuspendEnrollment(kept, closing, FakeClock())(_unpaid(place.id))
    closed = closing.only(EnrollmentSuspended)
    assert (closed.reason, closed.version) == ("payment-no-method", 2)
    await ActivateEnrollment(kept, opening, FakeClock())(_paid(place.id))
    opened = opening.only(EnrollmentActivated)
    assert (opened.enrollment_id, opened.version) == (place.id, 3)
    await SuspendEnrollment(kept, late, FakeClock())(_unpaid(place.id))
    assert (late.events, place.status) == ([], "active")


async def paid_place(kept: FakeEnrollments, uow: FakeUnitOfWork) -> Enrollment:
    kept.price = Price(course_id=COURSE, price_id=fake_id(60), amount=5, currency="EUR", set_at=MORNING)
    return await enroll(kept, uow)(principal(id=LEARNER), COURSE, fake_id(60))


async def test_an_unpaid_place_is_given_up_once_whoever_comes_first() -> None:
    kept, taking, leaving, late = FakeEnrollments(), FakeUnitOfWork(), FakeUnitOfWork(), FakeUnitOfWork()
    place = await paid_place(kept, taking)
    job = Expire(enrollment_id=place.id)
    assert taking.jobs == [(job, str(place.id), MORNING + KEPT_UNPAID)]
    await withdraw(kept, leaving)(principal(id=LEARNER), place.id)
    assert leaving.only(EnrollmentCancelled).reason == "withdrawn"
    await ExpirePlace(kept, GiveUp(kept, late, FakeClock()), late)(job, JobRun("run", 1, False))
    assert (late.events, kept.taken) == ([], 0)


async def test_a_free_place_does_not_expire() -> None:
    uow = FakeUnitOfWork()
    await enroll(FakeEnrollments(), uow)(principal(id=LEARNER), COURSE, None)
    assert uow.jobs == []


async def test_somebody_elses_place_is_not_given_up() -> None:
    kept = FakeEnrollments()
    place = await paid_place(kept, FakeUnitOfWork())
    with pytest.raises(NotFound):
        await withdraw(kept, FakeUnitOfWork())(principal(id=fake_id(102)), place.id)


def _closed(id: UUID) -> PaymentCancelled:
    return PaymentCancelled(
        payment_id=fake_id(7), enrollment_id=id, course_id=COURSE, learner_id=LEARNER, cancelled_at=MORNING
    )


async def test_after_a_place_was_given_up_money_decides() -> None:
    for paid in (True, False):
        kept = FakeEnrollments()
        place = await paid_place(kept, FakeUnitOfWork())
        await withdraw(kept, FakeUnitOfWork())(principal(id=LEARNER), place.id)
        for _ in range(2):
            if paid:
                await ActivateEnrollment(kept, FakeUnitOfWork(), FakeClock())(_paid(place.id))
            else:
                await LetGo(kept, FakeUnitOfWork())(_closed(place.id))
            await SuspendEnrollment(kept, FakeUnitOfWork(), FakeClock())(_unpaid(place.id))
        assert (place.status, place.held, kept.taken) == (("active", True, 1) if paid else ("cancelled", False, 0))
    with pytest.raises(NotYet):
        await LetGo(FakeEnrollments(), FakeUnitOfWork())(_closed(fake_id(50)))
