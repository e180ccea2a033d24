"""Events of other services about one course, with as few words as possible."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from lms_core.contracts.billing import PaymentSucceeded
from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import CourseCompleted, ProgressUpdated
from lms_core.testing.fakes import MORNING, fake_id

COURSE, INSTRUCTOR, STRANGER = fake_id(500), fake_id(501), fake_id(502)


def at(minute: int) -> datetime:
    """Minutes after the morning."""
    return MORNING + timedelta(minutes=minute)


def published(
    course: UUID = COURSE, *, version: int = 1, instructor: UUID = INSTRUCTOR, minute: int = 0
) -> CoursePublished:
    return CoursePublished(
        course_id=course,
        version=version,
        title=f"Rust, edition {version}",
        instructor_id=instructor,
        topics=(),
        published_at=at(minute),
    )


def enrolled(
    n: int, *, status: Literal["active", "pending"] = "active", minute: int = 1, course: UUID = COURSE
) -> UserEnrolled:
    return UserEnrolled(
        enrollment_id=fake_id(600 + n),
        course_id=course,
        course_version=1,
        course_title="Rust",
        learner_id=fake_id(700 + n),
        status=status,
        price_id=None,
        amount=0,
        currency="",
        enrolled_at=at(minute),
    )


def activated(n: int, *, minute: int = 2, course: UUID = COURSE) -> EnrollmentActivated:
    return EnrollmentActivated(
        enrollment_id=fake_id(600 + n), course_id=course, learner_id=fake_id(700 + n), activated_at=at(minute)
    )


def suspended(n: int, *, minute: int = 2, course: UUID = COURSE) -> EnrollmentSuspended:
    return EnrollmentSuspended(
        enrollment_id=fake_id(600 + n),
        course_id=course,
        course_title="Rust",
        learner_id=fake_id(700 + n),
        reason="payment-declined",
        suspended_at=at(minute),
    )


def cancelled(n: int, *, minute: int = 2, course: UUID = COURSE, version: int = 3) -> EnrollmentCancelled:
    return EnrollmentCancelled(
        enrollment_id=fake_id(600 + n),
        course_id=course,
        course_title="Rust",
        learner_id=fake_id(700 + n),
        reason="expired",
        cancelled_at=at(minute),
        version=version,
    )


def progressed(n: int, percent: int, seconds: int, *, minute: int = 3, course: UUID = COURSE) -> ProgressUpdated:
    return ProgressUpdated(
        enrollment_id=fake_id(600 + n),
        course_id=course,
        course_version=1,
        learner_id=fake_id(700 + n),
        percent=percent,
        completed_topics=0,
        required_topics=1,
        seconds=seconds,
        rule_version=1,
        updated_at=at(minute),
    )


def completed(n: int, *, minute: int = 4, course: UUID = COURSE) -> CourseCompleted:
    return CourseCompleted(
        enrollment_id=fake_id(600 + n),
        course_id=course,
        course_version=1,
        learner_id=fake_id(700 + n),
        rule_version=1,
        completed_at=at(minute),
    )


def paid(n: int, amount: int, currency: str = "EUR", *, minute: int = 2, course: UUID = COURSE) -> PaymentSucceeded:
    return PaymentSucceeded(
        payment_id=fake_id(800 + n),
        enrollment_id=fake_id(600 + n),
        course_id=course,
        learner_id=fake_id(700 + n),
        amount=amount,
        currency=currency,
        succeeded_at=at(minute),
    )
