"""What people do with the service, over HTTP, step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.billing import PaymentCancelled, PaymentFailed, PaymentSucceeded, PriceSet
from lms_core.testing.fakes import MORNING, fake_id

AUTHOR, OTHER, LEARNER = fake_id(700_001), fake_id(700_002), fake_id(700_003)
TOPIC, SECOND = fake_id(710_001), fake_id(710_002)
COURSES = "/api/v1/courses"

HELLO = {"kind": "text", "markdown": "# Hello\n"}
FILM = {"kind": "video", "url": "https://media.example.org/loops.mp4", "seconds": 90}
MODULES = [
    {
        "title": "Engines",
        "lessons": [
            {
                "title": "Cards",
                "topics": [
                    {"id": str(TOPIC), "title": "Punching", "blocks": [HELLO, FILM]},
                    {"id": str(SECOND), "title": "Loops", "required": False, "blocks": [FILM]},
                ],
            }
        ],
    }
]


class Steps:
    """A service with an author, a learner and somebody else."""

    def __init__(self, service: ServiceUnderTest) -> None:
        self.service = service
        self.author = service.client("instructor", id=AUTHOR)
        self.other = service.client("instructor", id=OTHER)
        self.learner = service.client("learner", id=LEARNER)
        self.admin = service.client("admin", id=fake_id(700_009))

    async def draft(self, title: str = "Analytical engines") -> str:
        """The id of a new course."""
        answer = await self.author.post(COURSES, json={"title": title, "summary": "From cards to loops."})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def outline(self, course: str, modules: list[dict[str, Any]] | None = None) -> httpx.Response:
        """Replace the outline as its author, from the version that counts now."""
        path = f"{COURSES}/{course}/outline"
        tag = (await self.author.get(path)).headers["etag"]
        body = {"modules": MODULES if modules is None else modules}
        return await self.author.put(path, json=body, headers={"If-Match": tag})

    async def rewrite(self, course: str) -> None:
        """Another outline, so that there is something to publish."""
        title = f"Engines {self.service.ids.count}"
        assert (await self.outline(course, [{**MODULES[0], "title": title}])).status_code == 200

    async def publish(self, course: str) -> dict[str, Any]:
        """The next version."""
        answer = await self.author.post(f"{COURSES}/{course}/publish")
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def published(self, title: str = "Analytical engines") -> str:
        """The id of a course with one version."""
        course = await self.draft(title)
        assert (await self.outline(course)).status_code == 200
        await self.publish(course)
        return course

    async def patch(self, course: str, **changes: Any) -> httpx.Response:
        """Edit the course as its author, from the version that counts now."""
        path = f"{COURSES}/{course}"
        tag = (await self.author.get(path)).headers["etag"]
        return await self.author.patch(path, json=changes, headers={"If-Match": tag})

    async def enroll(self, course: str, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
        """The learner's enrollment, at the price that the course shows."""
        client = client or self.learner
        shown = (await client.get(f"{COURSES}/{course}")).json()
        answer = await client.post(f"{COURSES}/{course}/enrollments", json={"price_id": shown["price_id"]})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def price(self, course: str, amount: int = 1999, *, minutes: int = 0) -> PriceSet:
        """Billing sets a price, so long after the morning."""
        event = PriceSet(
            price_id=self.service.ids.new(),
            course_id=UUID(course),
            amount=amount,
            currency="EUR",
            set_at=MORNING + timedelta(minutes=minutes),
        )
        await self.service.receive(event)
        return event


def succeeded(enrollment: dict[str, Any], payment: int = 1) -> PaymentSucceeded:
    """Billing says: paid."""
    return PaymentSucceeded(
        payment_id=fake_id(720_000 + payment),
        enrollment_id=UUID(enrollment["id"]),
        course_id=UUID(enrollment["course_id"]),
        learner_id=UUID(enrollment["learner_id"]),
        amount=1999,
        currency="EUR",
        succeeded_at=MORNING,
    )


def failed(enrollment: dict[str, Any], payment: int = 1, reason: str = "declined") -> PaymentFailed:
    """Billing says: not paid."""
    return PaymentFailed(
        payment_id=fake_id(720_000 + payment),
        enrollment_id=UUID(enrollment["id"]),
        course_id=UUID(enrollment["course_id"]),
        learner_id=UUID(enrollment["learner_id"]),
        amount=1999,
        currency="EUR",
        reason=reason,
        failed_at=MORNING,
    )


def cancelled(enrollment: dict[str, Any], payment: int = 1) -> PaymentCancelled:
    """Billing says: nothing was charged, and nothing will be."""
    return PaymentCancelled(
        payment_id=fake_id(720_000 + payment),
        enrollment_id=UUID(enrollment["id"]),
        course_id=UUID(enrollment["course_id"]),
        learner_id=UUID(enrollment["learner_id"]),
        cancelled_at=MORNING,
    )
