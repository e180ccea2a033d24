"""Everything shown can be rebuilt from the logs, and what is wrong is found and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from lms_adapters.bus.memory import Log
from lms_adapters.platform.replay import Difference, replay
from lms_adapters.sql.engine import writing
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.domain.events import Envelope, Event, encode
from lms_core.testing.fakes import fake_id
from services.progress.service import SERVICE
from services.progress.tests.story import (
    ADA,
    BOB,
    COURSE,
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

ACTIVITIES = "/api/v1/progress/activities"
URL = f"/api/v1/progress/courses/{COURSE}"
BOBS = fake_id(511)


class CourseLog:
    """What course published, as its outbox would give it."""

    def __init__(self, service: ServiceUnderTest) -> None:
        self._service = service
        self._rows: list[tuple[int, Envelope]] = []

    async def log(self, *, after: int, limit: int) -> list[tuple[int, Envelope]]:
        return self._rows[after : after + limit]

    async def publish(self, *events: Event) -> None:
        workers = self._service.running.workers
        assert workers is not None
        for event in events:
            number = len(self._rows) + 1
            envelope = Envelope(
                id=str(fake_id(800_000 + number)),
                source=event.stream,
                type=event.type,
                key=event.key,
                time=self._service.clock.now(),
                traceparent=TRACE,
                body=encode(event),
            )
            self._rows.append((number, envelope))
            await workers.inbox.ingest(event.stream, [envelope], str(number))
        await self._service.drain()


@pytest.fixture
async def service(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        yield service


async def learning(service: ServiceUnderTest) -> CourseLog:
    """Two learners, one course, a place that was suspended for a while."""
    course = CourseLog(service)
    await course.publish(published(), enrolled(status="pending"), enrolled(enrollment_id=BOBS, learner_id=BOB))
    await course.publish(activated(2))
    ada, bob = service.client("learner", id=ADA), service.client("learner", id=BOB)
    assert (await ada.post(ACTIVITIES, json={"activities": [activity(1), activity(2, EXTRA)]})).status_code == 200
    await course.publish(suspended(3), activated(4))
    batch = [activity(3, PROOFS), activity(1), activity(4, EXAM, kind="viewed")]
    assert (await ada.post(ACTIVITIES, json={"activities": batch})).status_code == 200
    batch = [activity(n, topic) for n, topic in enumerate((INTRO, PROOFS, EXAM))]
    assert (await bob.post(ACTIVITIES, json={"activities": batch})).status_code == 200
    return course


async def replayed(service: ServiceUnderTest, course: CourseLog, *, verify: bool = False) -> Difference:
    assert service.running.workers is not None
    logs: dict[str, Log] = {"lms.course": course, "lms.progress": service.running.workers.outbox}
    return await replay("progress.course-progress", service.running, logs, verify=verify)


async def test_what_is_shown_is_what_the_logs_say(service: ServiceUnderTest) -> None:
    course = await learning(service)
    difference = await replayed(service, course, verify=True)
    assert (difference.none, difference.handled, difference.waiting) == (True, 6 + 7, 0)


async def test_damage_is_found_and_mended(service: ServiceUnderTest) -> None:
    course = await learning(service)
    ada, bob = service.client("learner", id=ADA), service.client("learner", id=BOB)
    before = (await ada.get(URL)).json(), (await bob.get(URL)).json()
    assert [shown["percent"] for shown in before] == [66, 100]
    assert service.running.database is not None
    async with writing(service.running.database) as driver:
        await driver.run("UPDATE tracking SET percent = 12, completed_at = NULL WHERE percent = 100")
        await driver.run("DELETE FROM topic_progress WHERE seconds = 60 AND position = 3")
        await driver.run("INSERT INTO course_version SELECT course_id, 9, title, published_at FROM course_version")
    assert (await bob.get(URL)).json()["percent"] == 12
    found = await replayed(service, course, verify=True)
    assert sorted((row.kind, row.table) for row in found.rows) == [
        ("different", "tracking"),
        ("extra", "course_version"),
        ("missing", "topic_progress"),
    ]
    [tracking] = [row for row in found.rows if row.table == "tracking"]
    assert (tracking.live["percent"], tracking.rebuilt["percent"]) == (12, 100)
    assert not found.mended
    assert (await replayed(service, course)).mended
    assert ((await ada.get(URL)).json(), (await bob.get(URL)).json()) == before
    assert (await replayed(service, course, verify=True)).none
    proof = (await bob.get(f"{URL}/proof")).json()
    assert (proof["agrees"], proof["shown"]["percent"]) == (True, 100)


async def test_learning_goes_on_while_it_is_mended(service: ServiceUnderTest) -> None:
    course = await learning(service)
    assert service.running.database is not None
    async with writing(service.running.database) as driver:
        await driver.run("UPDATE tracking SET seconds = 0")
    ended = asyncio.Event()

    async def learn(learner: UUID, first: int) -> int:
        client, sent = service.client("learner", id=learner), 0
        while not ended.is_set():
            sent += 1
            batch = [activity(first + sent, EXTRA), activity(first + sent, EXTRA), activity(first + sent // 2, EXTRA)]
            assert (await client.post(ACTIVITIES, json={"activities": batch})).status_code == 200
        return sent

    async def mend() -> Difference:
        try:
            return await replayed(service, course)
        finally:
            ended.set()

    difference, *sent = await asyncio.gather(mend(), learn(ADA, 1_000), learn(BOB, 500_000))
    assert difference.mended
    assert min(sent) > 0
    assert (await replayed(service, course, verify=True)).none
