"""Places in courses: taken over HTTP, opened and closed by payments."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.course import EnrollmentActivated, EnrollmentCancelled, EnrollmentSuspended, UserEnrolled
from lms_core.testing.fakes import fake_id
from services.course.domain.enrollment import KEPT_UNPAID
from services.course.service import SERVICE
from services.course.tests.component.steps import COURSES, LEARNER, OTHER, Steps, cancelled, failed, succeeded

MINE = "/api/v1/enrollments?learner=me"


async def status(steps: Steps) -> tuple[str, str | None]:
    [mine] = (await steps.learner.get(MINE)).json()["items"]
    return mine["status"], mine["reason"]


async def test_a_free_place_is_active_at_once(steps: Steps) -> None:
    course = await steps.published()
    mine = await steps.enroll(course)
    assert (mine["status"], mine["course_version"], mine["price_id"], mine["amount"]) == ("active", 1, None, None)
    [event] = await steps.service.published(UserEnrolled)
    assert (str(event.enrollment_id), str(event.course_id), event.learner_id) == (mine["id"], course, LEARNER)
    assert mine["currency"] is None
    assert (event.status, event.price_id, event.amount, event.currency) == ("active", None, 0, "")
    assert event.course_title == "Analytical engines"
    shown = await steps.author.get(f"{COURSES}/{course}")
    assert (shown.json()["places_taken"], shown.headers["etag"][:2]) == (1, '"2')


async def test_a_paid_place_is_pending_at_the_price_of_that_moment(steps: Steps) -> None:
    course = await steps.published()
    price = await steps.price(course)
    assert (await steps.learner.get(f"{COURSES}/{course}")).json()["amount"] == 1999
    mine = await steps.enroll(course)
    await steps.price(course, 4999)
    assert (mine["status"], mine["price_id"], mine["amount"]) == ("pending", str(price.price_id), 1999)
    [event] = await steps.service.published(UserEnrolled)
    assert (event.status, event.price_id, event.amount, event.currency) == ("pending", price.price_id, 1999, "EUR")


async def test_what_one_has_not_agreed_to_is_not_charged(steps: Steps) -> None:
    course = await steps.published()
    path, earlier = f"{COURSES}/{course}/enrollments", await steps.price(course)
    for body in ({"price_id": None}, {}, None):
        silent = await steps.learner.post(path, json=body)
        assert (silent.status_code, silent.json()["type"]) == (422, "/problems/course/price-required")
        assert silent.json()["errors"][0]["pointer"] == "#/price_id"
    later = await steps.price(course, 900_000, minutes=1)
    changed = await steps.learner.post(path, json={"price_id": str(earlier.price_id)})
    assert (changed.status_code, changed.json()["type"]) == (409, "/problems/course/price-changed")
    now = (changed.json()["price_id"], changed.json()["amount"], changed.json()["currency"])
    assert now == (str(later.price_id), 900_000, "EUR")
    await steps.price(course, 0, minutes=2)
    free = await steps.learner.post(path, json={"price_id": str(later.price_id)})
    assert (free.status_code, free.json()["price_id"], free.json()["amount"]) == (409, None, None)
    assert await steps.service.published(UserEnrolled) == []
    assert (await steps.enroll(course))["status"] == "active"


async def test_a_place_is_taken_once(steps: Steps) -> None:
    course = await steps.published()
    await steps.patch(course, capacity=1)
    await steps.enroll(course)
    again = await steps.learner.post(f"{COURSES}/{course}/enrollments")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/course/already-enrolled")
    full = await steps.other.post(f"{COURSES}/{course}/enrollments")
    assert (full.status_code, full.json()["type"], full.json()["capacity"]) == (409, "/problems/course/full", 1)
    assert len(await steps.service.published(UserEnrolled)) == 1


async def test_a_draft_takes_nobody(steps: Steps) -> None:
    draft = await steps.draft()
    own = await steps.author.post(f"{COURSES}/{draft}/enrollments")
    assert (own.status_code, own.json()["type"]) == (409, "/problems/course/not-published")
    assert (await steps.learner.post(f"{COURSES}/{draft}/enrollments")).status_code == 404
    assert (await steps.learner.post(f"{COURSES}/{fake_id(999_999)}/enrollments")).status_code == 404


async def test_a_repeated_key_takes_one_place(steps: Steps) -> None:
    path, key = f"{COURSES}/{await steps.published()}/enrollments", {"Idempotency-Key": "e1"}
    answers = [await steps.learner.post(path, headers=key) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert {a.headers["location"] for a in answers} == {f"/api/v1/enrollments/{answers[0].json()['id']}"}
    assert (await steps.learner.get(answers[0].headers["location"])).json() == answers[0].json()
    assert len(await steps.service.published(UserEnrolled)) == 1


async def test_a_payment_opens_a_place_once(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course)
    mine = await steps.enroll(course)
    await steps.service.receive(succeeded(mine), succeeded(mine))
    assert await status(steps) == ("active", None)
    [event] = await steps.service.published(EnrollmentActivated)
    assert (str(event.enrollment_id), event.learner_id) == (mine["id"], LEARNER)


async def test_a_failed_payment_suspends_and_another_method_opens(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course)
    mine = await steps.enroll(course)
    await steps.service.receive(failed(mine))
    assert await status(steps) == ("suspended", "payment-declined")
    [event] = await steps.service.published(EnrollmentSuspended)
    assert (event.course_title, event.reason) == ("Analytical engines", "payment-declined")
    await steps.service.receive(failed(mine))
    assert len(await steps.service.published(EnrollmentSuspended)) == 2, "a card that is declined as well is told too"
    await steps.service.receive(succeeded(mine, 2))
    assert await status(steps) == ("active", None)
    assert len(await steps.service.published(EnrollmentActivated)) == 1


async def test_a_failure_after_success_changes_nothing(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course)
    mine = await steps.enroll(course)
    await steps.service.receive(succeeded(mine))
    await steps.service.receive(failed(mine, 2))
    assert await status(steps) == ("active", None)
    assert await steps.service.published(EnrollmentSuspended) == []


async def test_a_place_that_is_not_paid_for_is_not_kept_for_ever(steps: Steps) -> None:
    course = await steps.published()
    await steps.patch(course, capacity=1)
    await steps.price(course)
    mine = await steps.enroll(course)
    await steps.service.receive(failed(mine, reason="no-method"))
    path = f"{COURSES}/{course}/enrollments"
    agreed = {"price_id": mine["price_id"]}
    assert (await steps.other.post(path, json=agreed)).json()["type"] == "/problems/course/full"
    await steps.service.advance(KEPT_UNPAID)
    steps = Steps(steps.service)  # signed in anew
    assert await status(steps) == ("cancelled", "expired")
    [event] = await steps.service.published(EnrollmentCancelled)
    assert (str(event.enrollment_id), event.reason, event.course_title) == (mine["id"], "expired", "Analytical engines")
    assert (await steps.other.post(path, json=agreed)).status_code == 201


async def test_a_place_that_was_paid_for_does_not_expire(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course)
    mine = await steps.enroll(course)
    await steps.service.receive(succeeded(mine))
    await steps.service.advance(KEPT_UNPAID)
    steps = Steps(steps.service)  # signed in anew
    assert await status(steps) == ("active", None)
    assert await steps.service.published(EnrollmentCancelled) == []
    kept = await steps.learner.delete(f"/api/v1/enrollments/{mine['id']}")
    assert (kept.status_code, kept.json()["type"]) == (409, "/problems/course/place-active")


async def test_a_place_is_given_up_once_and_another_taken_when_its_payment_is_closed(steps: Steps) -> None:
    course = await steps.published()
    await steps.price(course)
    mine = await steps.enroll(course)
    path = f"/api/v1/enrollments/{mine['id']}"
    assert (await steps.other.delete(path)).status_code == 404
    assert [(await steps.learner.delete(path)).status_code for _ in range(2)] == [204, 204]
    assert (await steps.learner.get(path)).json()["status"] == "cancelled"
    assert (await steps.other.get(path)).status_code == 404
    assert len(await steps.service.published(EnrollmentCancelled)) == 1
    shown = (await steps.learner.get(f"{COURSES}/{course}")).json()
    assert shown["places_taken"] == 0
    assert (await steps.learner.get(f"{COURSES}/{course}/content")).json()["type"] == "/problems/course/not-enrolled"
    early = await steps.learner.post(f"{COURSES}/{course}/enrollments", json={"price_id": mine["price_id"]})
    assert (early.status_code, early.json()["type"]) == (409, "/problems/course/payment-closing")
    await steps.service.receive(cancelled(mine), failed(mine))
    again = await steps.enroll(course)
    assert (again["status"], again["id"] != mine["id"]) == ("pending", True)
    listed = (await steps.learner.get(MINE)).json()["items"]
    assert [(e["id"], e["status"]) for e in listed] == [(again["id"], "pending"), (mine["id"], "cancelled")]
    assert await steps.service.published(EnrollmentSuspended) == []


async def test_a_payment_that_came_through_just_before_keeps_the_place(steps: Steps) -> None:
    course = await steps.published()
    await steps.patch(course, capacity=1)
    await steps.price(course)
    mine = await steps.enroll(course)
    await steps.learner.delete(f"/api/v1/enrollments/{mine['id']}")
    await steps.enroll(course, steps.other)
    await steps.service.receive(succeeded(mine))
    assert await status(steps) == ("active", None)
    assert len(await steps.service.published(EnrollmentActivated)) == 1
    assert (await steps.author.get(f"{COURSES}/{course}")).json()["places_taken"] == 2


async def test_payments_wait_for_their_enrollment(steps: Steps) -> None:
    unknown = {"id": str(fake_id(5)), "course_id": str(fake_id(6)), "learner_id": str(LEARNER)}
    await steps.service.receive(succeeded(unknown), failed(unknown))
    assert await steps.service.dead_letters() == []
    workers = steps.service.running.workers
    assert workers is not None
    backlog = await workers.inbox.backlog()
    assert {"course.activate-enrollment", "course.suspend-enrollment"} <= set(backlog)


async def test_everyone_sees_their_own_enrollments(steps: Steps) -> None:
    courses = [await steps.published(f"Course {n}") for n in range(3)]
    mine = [(await steps.enroll(course))["id"] for course in courses]
    await steps.enroll(courses[0], steps.other)
    first = await steps.learner.get(f"{MINE}&limit=2")
    second = await steps.learner.get(first.links["next"]["url"])
    assert [e["id"] for e in first.json()["items"] + second.json()["items"]] == mine[::-1]
    assert "next" not in second.links
    [others] = (await steps.other.get(MINE)).json()["items"]
    assert others["learner_id"] == str(OTHER)
    assert (await steps.learner.get("/api/v1/enrollments?learner=ada")).status_code == 400
    assert (await steps.learner.get(f"{MINE}&cursor=x")).status_code == 400
    assert (await steps.service.client().get(MINE)).status_code == 401


async def rivals(service: ServiceUnderTest) -> None:
    steps = Steps(service)
    course = await steps.published()
    await steps.patch(course, capacity=10)

    async def attempt(n: int) -> Any:
        client = service.client("learner", id=fake_id(800_000 + n))
        return (await client.post(f"{COURSES}/{course}/enrollments")).status_code

    statuses = Counter(await asyncio.gather(*map(attempt, range(50))))
    assert statuses == {201: 10, 409: 40}
    assert len(await service.published(UserEnrolled)) == 10
    assert (await steps.author.get(f"{COURSES}/{course}")).json()["places_taken"] == 10


async def test_fifty_rivals_for_ten_places(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await rivals(service)


@pytest.mark.engine
async def test_fifty_rivals_for_ten_places_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await rivals(service)
        steps = Steps(service)
        course = await steps.published()
        answers = await asyncio.gather(*(steps.learner.post(f"{COURSES}/{course}/enrollments") for _ in range(5)))
        assert Counter(a.json()["type"] for a in answers if a.status_code != 201) == {
            "/problems/course/already-enrolled": 4
        }
