"""Events as other services publish them, about Ada and her course."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import RegistrationRepeated, UserCreated
from lms_core.contracts.billing import InvoiceIssued
from lms_core.contracts.course import (
    CoursePublished,
    EnrollmentActivated,
    EnrollmentCancelled,
    EnrollmentSuspended,
    UserEnrolled,
)
from lms_core.contracts.progress import CourseCompleted, ProgressUpdated
from lms_core.contracts.user import NotificationWishes, ProfileUpdated
from lms_core.testing.fakes import MORNING, fake_id

ADA, BOB, COURSE, ENROLLMENT = fake_id(101), fake_id(102), fake_id(103), fake_id(104)
INBOX = "/api/v1/notifications"
MAILBOX = "/dev/mailbox"

CREATED = UserCreated(user_id=ADA, email="ada@example.org", display_name="Ada", locale="en", created_at=MORNING)
BOB_CREATED = UserCreated(user_id=BOB, email="bob@example.org", display_name="Bob", locale="de-AT", created_at=MORNING)
REPEATED = RegistrationRepeated(user_id=ADA, attempted_at=MORNING)
PUBLISHED = CoursePublished(
    course_id=COURSE, version=1, title="Sailing", instructor_id=BOB, topics=(), published_at=MORNING
)
ENROLLED = UserEnrolled(
    enrollment_id=ENROLLMENT,
    course_id=COURSE,
    course_version=1,
    course_title="Sailing",
    learner_id=ADA,
    status="active",
    price_id=None,
    amount=0,
    currency="",
    enrolled_at=MORNING,
)
PENDING = UserEnrolled(
    enrollment_id=ENROLLMENT,
    course_id=COURSE,
    course_version=1,
    course_title="Sailing",
    learner_id=ADA,
    status="pending",
    price_id=fake_id(105),
    amount=4900,
    currency="EUR",
    enrolled_at=MORNING,
)
ACTIVATED = EnrollmentActivated(enrollment_id=ENROLLMENT, course_id=COURSE, learner_id=ADA, activated_at=MORNING)
SUSPENDED = EnrollmentSuspended(
    enrollment_id=ENROLLMENT,
    course_id=COURSE,
    course_title="Sailing",
    learner_id=ADA,
    reason="payment-declined",
    suspended_at=MORNING,
)
CANCELLED = EnrollmentCancelled(
    enrollment_id=ENROLLMENT,
    course_id=COURSE,
    course_title="Sailing",
    learner_id=ADA,
    reason="expired",
    cancelled_at=MORNING,
    version=3,
)
INVOICE = InvoiceIssued(
    invoice_id=fake_id(106),
    number="2026-000001",
    enrollment_id=ENROLLMENT,
    course_id=COURSE,
    course_title="Sailing",
    learner_id=ADA,
    amount=150000,
    currency="JPY",
    issued_at=MORNING,
)
COMPLETED = CourseCompleted(
    enrollment_id=ENROLLMENT, course_id=COURSE, course_version=1, learner_id=ADA, rule_version=1, completed_at=MORNING
)


def progress(percent: int) -> ProgressUpdated:
    """Ada's progress in the course."""
    return ProgressUpdated(
        enrollment_id=ENROLLMENT,
        course_id=COURSE,
        course_version=1,
        learner_id=ADA,
        percent=percent,
        completed_topics=percent // 10,
        required_topics=10,
        seconds=percent * 60,
        rule_version=1,
        updated_at=MORNING + timedelta(minutes=percent),
    )


def profile(
    version: int, *, name: str = "Ada", locale: str = "en", wishes: NotificationWishes | None = None
) -> ProfileUpdated:
    """Ada's profile; without wishes as it was told before there were any."""
    return ProfileUpdated(
        user_id=ADA, display_name=name, locale=locale, time_zone="Europe/London", version=version, notifications=wishes
    )


async def inbox(service: ServiceUnderTest, query: str = "") -> dict[str, Any]:
    """What Ada sees."""
    answer = await service.client("learner", id=ADA).get(f"{INBOX}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def mails(service: ServiceUnderTest, query: str = "") -> list[dict[str, Any]]:
    """The mails that the sandbox kept, the oldest first."""
    answer = await service.client().get(f"{MAILBOX}?channel=email{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items[::-1]
