"""The copy of billing's prices."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from lms_core.contracts.billing import PriceSet
from lms_core.contracts.course import CourseCreated
from lms_core.testing.fakes import MORNING, fake_id
from services.course.tests.component.steps import AUTHOR, COURSES, Steps


async def test_the_price_set_last_stays_whatever_the_order(steps: Steps) -> None:
    course = await steps.published()
    earlier, later = (
        PriceSet(
            price_id=fake_id(730_000 + n),
            course_id=UUID(course),
            amount=n,
            currency="EUR",
            set_at=MORNING + timedelta(minutes=n),
        )
        for n in (10, 20)
    )
    await steps.service.receive(later, earlier, later)
    shown = (await steps.learner.get(f"{COURSES}/{course}")).json()
    assert (shown["amount"], shown["currency"]) == (20, "EUR")


async def test_a_price_of_nothing_is_free(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course, 0)
    mine = await steps.enroll(course)
    assert (mine["status"], mine["price_id"], mine["currency"]) == ("active", None, None)
    shown = (await steps.learner.get(f"{COURSES}/{course}")).json()
    assert (shown["price_id"], shown["amount"], shown["currency"]) == (None, None, None)
    listed = (await steps.learner.get(f"{COURSES}?amount.null=true")).json()["items"]
    assert [one["id"] for one in listed] == [course]


async def test_a_price_that_was_set_on_a_draft_counts_from_its_first_version_on(steps: Steps) -> None:
    course = await steps.draft()
    [begun] = await steps.service.published(CourseCreated)
    assert (str(begun.course_id), begun.instructor_id, begun.title) == (course, AUTHOR, "Analytical engines")
    await steps.price(course)
    assert (await steps.author.get(f"{COURSES}/{course}")).json()["amount"] == 1999
    await steps.outline(course)
    await steps.publish(course)
    assert (await steps.learner.post(f"{COURSES}/{course}/enrollments")).status_code == 422
    assert (await steps.enroll(course))["status"] == "pending"
