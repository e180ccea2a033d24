"""People, a course and an enrollment, as the other services would tell of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.course import CourseCreated, CoursePublished, EnrollmentCancelled, UserEnrolled
from lms_core.testing.fakes import MORNING, fake_id

COURSE = fake_id(700_001)
INSTRUCTOR, LEARNER, STRANGER = fake_id(700_010), fake_id(700_011), fake_id(700_012)
PRICE_BODY = {"course_id": str(COURSE), "amount": 4900, "currency": "EUR"}


def begun(*, course_id: UUID = COURSE) -> CourseCreated:
    return CourseCreated(course_id=course_id, title="Sailing", instructor_id=INSTRUCTOR, created_at=MORNING)


def published(*, version: int = 1, instructor_id: UUID = INSTRUCTOR, course_id: UUID = COURSE) -> CoursePublished:
    return CoursePublished(
        course_id=course_id,
        version=version,
        title=f"Sailing {version}",
        instructor_id=instructor_id,
        topics=(),
        published_at=MORNING,
    )


def enrolled(
    price_id: UUID | None, n: int = 1, *, learner_id: UUID = LEARNER, amount: int = 4900, currency: str = "EUR"
) -> UserEnrolled:
    return UserEnrolled(
        enrollment_id=fake_id(710_000 + n),
        course_id=COURSE,
        course_version=1,
        course_title="Sailing",
        learner_id=learner_id,
        status="active" if price_id is None else "pending",
        price_id=price_id,
        amount=0 if price_id is None else amount,
        currency="" if price_id is None else currency,
        enrolled_at=MORNING,
    )


def given_up(n: int = 1) -> EnrollmentCancelled:
    return EnrollmentCancelled(
        enrollment_id=fake_id(710_000 + n),
        course_id=COURSE,
        course_title="Sailing",
        learner_id=LEARNER,
        reason="withdrawn",
        cancelled_at=MORNING,
        version=2,
    )


def instructor(service: ServiceUnderTest) -> httpx.AsyncClient:
    return service.client("instructor", id=INSTRUCTOR)


def learner(service: ServiceUnderTest) -> httpx.AsyncClient:
    return service.client("learner", id=LEARNER)


async def priced(service: ServiceUnderTest) -> UUID:
    """A published course with a price; the price's id."""
    await service.receive(published())
    answer = await instructor(service).post("/api/v1/billing/prices", json=PRICE_BODY)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def add_method(service: ServiceUnderTest, token: str) -> None:
    """The learner adds a method, and what follows runs."""
    answer = await learner(service).post("/api/v1/billing/payment-methods", json={"token": token})
    assert answer.status_code == 201, answer.text
    await service.drain()


async def payments(service: ServiceUnderTest) -> list[dict[str, Any]]:
    answer = await learner(service).get("/api/v1/billing/payments")
    assert answer.status_code == 200
    return list(answer.json()["items"])


async def invoices(service: ServiceUnderTest) -> list[dict[str, Any]]:
    answer = await learner(service).get("/api/v1/billing/invoices")
    assert answer.status_code == 200
    return list(answer.json()["items"])
