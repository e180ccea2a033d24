"""Recording activities, spoken to over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.progress import ActivityRecorded, CourseCompleted, ProgressUpdated
from lms_core.testing.fakes import MORNING, fake_id
from services.progress.service import SERVICE
from services.progress.tests.story import (
    ADA,
    BOB,
    ENROLLMENT,
    EXAM,
    EXTRA,
    INTRO,
    PROOFS,
    activated,
    activity,
    enrolled,
    published,
    suspended,
)

URL = "/api/v1/progress/activities"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published(), enrolled())
        yield service
        assert await service.dead_letters() == []


async def course_is_learned(service: ServiceUnderTest) -> None:
    """The whole way of a course, the same on every database."""
    ada = service.client("learner", id=ADA)
    first = await ada.post(URL, json={"activities": [activity(1, INTRO), activity(2, EXTRA), activity(1, INTRO)]})
    assert first.status_code == 200
    assert [a["outcome"] for a in first.json()["activities"]] == ["accepted", "accepted", "duplicate"]
    second = await ada.post(URL, json={"activities": [activity(3, PROOFS), activity(2, EXTRA), activity(4, EXAM)]})
    assert [a["outcome"] for a in second.json()["activities"]] == ["accepted", "duplicate", "accepted"]
    [completed] = await service.published(CourseCompleted)
    assert (completed.enrollment_id, completed.learner_id, completed.rule_version) == (ENROLLMENT, ADA, 1)
    assert [(u.percent, u.seconds) for u in await service.published(ProgressUpdated)] == [(33, 120), (100, 240)]
    assert len(await service.published(ActivityRecorded)) == 4


async def devices_send_the_same_at_once(service: ServiceUnderTest) -> None:
    """Eight devices, each with all of the day's activities."""
    ada = service.client("learner", id=ADA)
    day = [activity(n, topic) for n, topic in enumerate((INTRO, PROOFS, EXAM, EXTRA))]
    answers = await asyncio.gather(*(ada.post(URL, json={"activities": day[n % 4 :] + day[: n % 4]}) for n in range(8)))
    outcomes = [a["outcome"] for answer in answers for a in answer.json()["activities"]]
    assert (outcomes.count("accepted"), outcomes.count("duplicate")) == (4, 28)
    assert len(await service.published(CourseCompleted)) == 1
    assert len(await service.published(ActivityRecorded)) == 4


async def test_a_course_is_learned(service: ServiceUnderTest) -> None:
    await course_is_learned(service)


@pytest.mark.engine
async def test_a_course_is_learned_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await service.receive(published(), enrolled())
        await course_is_learned(service)


async def test_devices_send_the_same_at_once(service: ServiceUnderTest) -> None:
    await devices_send_the_same_at_once(service)


@pytest.mark.engine
async def test_devices_send_the_same_at_once_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await service.receive(published(), enrolled())
        await devices_send_the_same_at_once(service)


async def test_events_may_come_twice_and_before_what_they_need(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(enrolled(status="pending"), activated(2))
        ada = service.client("learner", id=ADA)
        assert (await ada.post(URL, json={"activities": [activity(1)]})).status_code == 404
        await service.receive(published(), enrolled(status="pending"), published())
        await service.advance(timedelta(seconds=1))
        assert (await ada.post(URL, json={"activities": [activity(1)]})).status_code == 200
        assert await service.dead_letters() == []


async def test_a_place_that_is_not_active_is_refused(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    await service.receive(suspended(2))
    answer = await ada.post(URL, json={"activities": [activity(1)]})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/progress/not-active")
    assert answer.json()["errors"][0]["pointer"] == "#/activities/0/course_id"
    await service.receive(activated(3))
    assert (await ada.post(URL, json={"activities": [activity(1)]})).status_code == 200


async def test_a_place_that_is_not_known_is_refused(service: ServiceUnderTest) -> None:
    answer = await service.client("learner", id=BOB).post(URL, json={"activities": [activity(1)]})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/progress/not-yet")
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["errors"][0]["pointer"] == "#/activities/0/course_id"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"topic_id": str(fake_id(1))}, "#/activities/1/topic_id"),
        ({"occurred_at": (MORNING + timedelta(minutes=6)).isoformat()}, "#/activities/1/occurred_at"),
        ({"occurred_at": "2026-03-02T09:00:00"}, "#/activities/1/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+23:59"}, "#/activities/1/occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-23:59"}, "#/activities/1/occurred_at"),
        ({"occurred_at": "1999-12-31T23:59:59.999Z"}, "#/activities/1/occurred_at"),
        ({"seconds": -1}, "#/activities/1/seconds"),
        ({"position": 2**53}, "#/activities/1/position"),
        ({"kind": "dreamt"}, "#/activities/1/kind"),
        ({"learner_id": str(BOB)}, "#/activities/1/learner_id"),
    ],
)
async def test_one_bad_activity_refuses_the_batch(
    service: ServiceUnderTest, change: dict[str, Any], pointer: str
) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.post(URL, json={"activities": [activity(1), activity(2, **change)]})
    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert await service.published(ActivityRecorded) == []


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_has_1_to_100_activities(service: ServiceUnderTest, count: int) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.post(URL, json={"activities": [activity(n) for n in range(count)]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/activities")


async def test_the_same_id_of_another_learner_is_another_activity(service: ServiceUnderTest) -> None:
    await service.receive(enrolled(enrollment_id=fake_id(511), learner_id=BOB))
    for learner in (ADA, BOB):
        answer = await service.client("learner", id=learner).post(URL, json={"activities": [activity(1)]})
        assert answer.json()["activities"][0]["outcome"] == "accepted"


async def test_times_are_kept_to_the_millisecond_whatever_their_offset(service: ServiceUnderTest) -> None:
    moment = "2026-03-02T10:00:00.123999+01:00"
    await service.client("learner", id=ADA).post(URL, json={"activities": [activity(1, occurred_at=moment)]})
    [event] = await service.published(ActivityRecorded)
    assert event.occurred_at == MORNING + timedelta(milliseconds=123)


async def test_who_may(service: ServiceUnderTest) -> None:
    body = {"activities": [activity(1)]}
    assert (await service.client().post(URL, json=body)).status_code == 401
    assert (await service.client("nobody", id=ADA).post(URL, json=body)).status_code == 403
