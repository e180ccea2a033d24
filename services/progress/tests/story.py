"""A course, a learner, and what they do: what the tests of progress speak of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    PublishedTopic,
    UserEnrolled,
)
from lms_core.testing.fakes import MORNING, fake_id

COURSE, ADA, BOB, TEACHER = (fake_id(n) for n in (500, 501, 502, 503))
ENROLLMENT = fake_id(510)
INTRO, PROOFS, EXAM, EXTRA = (fake_id(n) for n in (520, 521, 522, 523))
MINUTE = timedelta(minutes=1)


def published(*, version: int = 1, required: tuple[UUID, ...] = (INTRO, PROOFS, EXAM)) -> CoursePublished:
    names = {INTRO: "Introduction", PROOFS: "Proofs", EXAM: "Exam", EXTRA: "Further reading"}
    topics = tuple(PublishedTopic(topic_id=t, title=n, required=t in required) for t, n in names.items())
    return CoursePublished(
        course_id=COURSE, version=version, title="Logic", instructor_id=TEACHER, topics=topics, published_at=MORNING
    )


def enrolled(
    *,
    enrollment_id: UUID = ENROLLMENT,
    learner_id: UUID = ADA,
    version: int = 1,
    status: Literal["active", "pending"] = "active",
    at: datetime = MORNING,
) -> UserEnrolled:
    return UserEnrolled(
        enrollment_id=enrollment_id,
        course_id=COURSE,
        course_version=version,
        course_title="Logic",
        learner_id=learner_id,
        status=status,
        price_id=None,
        amount=0,
        currency="",
        enrolled_at=at,
    )


def activated(version: int) -> EnrollmentActivated:
    return EnrollmentActivated(
        enrollment_id=ENROLLMENT, course_id=COURSE, learner_id=ADA, activated_at=MORNING, version=version
    )


def suspended(version: int) -> EnrollmentSuspended:
    return EnrollmentSuspended(
        enrollment_id=ENROLLMENT,
        course_id=COURSE,
        course_title="Logic",
        learner_id=ADA,
        reason="payment-declined",
        suspended_at=MORNING,
        version=version,
    )


def cancelled(version: int) -> EnrollmentCancelled:
    return EnrollmentCancelled(
        enrollment_id=ENROLLMENT,
        course_id=COURSE,
        course_title="Logic",
        learner_id=ADA,
        reason="withdrawn",
        cancelled_at=MORNING,
        version=version,
    )


def activity(n: int, topic: UUID = INTRO, **changes: Any) -> dict[str, Any]:
    """The n-th activity, as a client sends it: a minute on a topic, completing it."""
    body = {
        "activity_id": str(fake_id(10_000 + n)),
        "course_id": str(COURSE),
        "topic_id": str(topic),
        "kind": "completed",
        "seconds": 60,
        "position": n,
        "occurred_at": MORNING.isoformat(),
    }
    return body | changes
