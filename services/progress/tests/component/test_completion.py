"""Progress as it is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.progress import CourseCompleted
from lms_core.testing.fakes import MORNING, fake_id
from services.progress.service import SERVICE
from services.progress.tests.story import (
    ADA,
    BOB,
    COURSE,
    EXTRA,
    INTRO,
    MINUTE,
    PROOFS,
    activity,
    cancelled,
    enrolled,
    published,
    suspended,
)

ACTIVITIES = "/api/v1/progress/activities"
URL = f"/api/v1/progress/courses/{COURSE}"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        yield service


async def test_it_is_not_there_until_the_enrollment_has_arrived(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    early = await ada.get(URL)
    assert (early.status_code, early.json()["type"]) == (404, "/problems/progress/not-yet")
    assert early.headers["retry-after"] == "1"
    await service.receive(enrolled())
    answer = await ada.get(URL)
    assert (answer.status_code, answer.json()["percent"]) == (200, 0)
    assert [t["title"] for t in answer.json()["topics"]] == ["Introduction", "Proofs", "Exam", "Further reading"]


async def test_what_was_recorded_is_shown_at_once(service: ServiceUnderTest) -> None:
    await service.receive(enrolled())
    ada = service.client("learner", id=ADA)
    late = (MORNING - MINUTE).isoformat()
    await ada.post(ACTIVITIES, json={"activities": [activity(5, INTRO), activity(9, INTRO, occurred_at=late)]})
    shown = (await ada.get(URL)).json()
    assert (shown["percent"], shown["completed_topics"], shown["required_topics"], shown["seconds"]) == (33, 1, 3, 120)
    assert (shown["status"], shown["rule_version"], shown["completed_at"]) == ("active", 1, None)
    intro = shown["topics"][0]
    assert (intro["seconds"], intro["position"]) == (120, 5)
    assert (intro["last_at"], intro["completed_at"]) == ("2026-03-02T09:00:00Z", "2026-03-02T08:59:00Z")
    assert shown["topics"][1] == {
        "topic_id": str(PROOFS),
        "title": "Proofs",
        "required": True,
        "seconds": 0,
        "position": 0,
        "last_at": None,
        "completed_at": None,
    }


async def test_it_is_the_version_that_was_enrolled_in(service: ServiceUnderTest) -> None:
    await service.receive(enrolled(), published(version=2, required=()))
    shown = (await service.client("learner", id=ADA).get(URL)).json()
    assert (shown["course_version"], shown["required_topics"]) == (1, 3)


async def test_of_two_places_the_later_one_counts(service: ServiceUnderTest) -> None:
    await service.receive(published(version=2))
    await service.receive(enrolled(enrollment_id=fake_id(512), version=2, at=MORNING + MINUTE), enrolled())
    ada = service.client("learner", id=ADA)
    await ada.post(ACTIVITIES, json={"activities": [activity(1)]})
    shown = (await ada.get(URL)).json()
    assert (shown["enrollment_id"], shown["percent"]) == (str(fake_id(512)), 33)


async def test_a_course_that_requires_nothing_stays_at_0(service: ServiceUnderTest) -> None:
    await service.receive(published(version=2, required=()), enrolled(version=2))
    ada = service.client("learner", id=ADA)
    await ada.post(ACTIVITIES, json={"activities": [activity(1, EXTRA), activity(2, INTRO)]})
    shown = (await ada.get(URL)).json()
    assert (shown["percent"], shown["seconds"], shown["completed_at"]) == (0, 120, None)
    assert await service.published(CourseCompleted) == []


async def test_a_place_that_was_given_up_makes_room_for_the_next(service: ServiceUnderTest) -> None:
    client = service.client("learner", id=ADA)
    await service.receive(enrolled(status="pending"), cancelled(2))
    assert (await client.get(URL)).json()["status"] == "cancelled"
    await service.receive(enrolled(enrollment_id=fake_id(511), at=MORNING + MINUTE))
    assert (await client.get(URL)).json()["status"] == "active"


async def test_a_suspended_place_still_shows_its_progress(service: ServiceUnderTest) -> None:
    await service.receive(enrolled(), suspended(2))
    assert (await service.client("learner", id=ADA).get(URL)).json()["status"] == "suspended"


async def test_nobody_sees_anothers(service: ServiceUnderTest) -> None:
    await service.receive(enrolled())
    for role in ("learner", "instructor", "admin"):
        assert (await service.client(role, id=BOB).get(URL)).status_code == 404
    assert (await service.client().get(URL)).status_code == 401
    assert (await service.client("nobody", id=ADA).get(URL)).status_code == 403


async def test_several_courses_are_read_at_once(service: ServiceUnderTest) -> None:
    elsewhere, later = fake_id(77), MORNING + MINUTE
    await service.receive(msgspec.structs.replace(published(), course_id=elsewhere), enrolled())
    second = enrolled(enrollment_id=fake_id(78), at=later)
    await service.receive(msgspec.structs.replace(second, course_id=elsewhere))
    ada, bob = service.client("learner", id=ADA), service.client("learner", id=BOB)
    await ada.post(ACTIVITIES, json={"activities": [activity(5, INTRO)]})

    async def listed(query: str) -> list[tuple[str, int]]:
        answer = await ada.get(f"/api/v1/progress/courses?{query}")
        assert answer.status_code == 200, answer.text
        return [(item["course_id"], item["percent"]) for item in answer.json()["items"]]

    here, there = (str(COURSE), 33), (str(elsewhere), 0)
    assert await listed("") == [there, here]
    assert await listed(f"course_id={COURSE}&course_id={fake_id(1)}") == [here]
    assert await listed("percent.gt=0&status=active&completed_at.null=true") == [here]
    assert await listed("sort=enrolled_at&limit=1") == [here]
    assert (await bob.get("/api/v1/progress/courses")).json()["items"] == []
