"""What must be completed first: set by the author, asked of the learner, kept up to date by events."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from lms_adapters.platform.replay import replay
from lms_adapters.sql.engine import writing
from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.progress import CourseCompleted
from lms_core.domain.events import Envelope, encode
from lms_core.testing.fakes import MORNING, fake_id
from services.course.service import SERVICE
from services.course.tests.component.steps import COURSES, LEARNER, Steps

NOBODY = fake_id(999_999)


def path(course: str) -> str:
    return f"{COURSES}/{course}/prerequisites"


async def need(
    steps: Steps, course: str, *required: str, client: httpx.AsyncClient | None = None, tag: str | None = None
) -> httpx.Response:
    """Set what the course needs, from the version that counts now."""
    tag = tag or (await steps.author.get(path(course))).headers["etag"]
    body = {"course_ids": list(required)}
    return await (client or steps.author).put(path(course), json=body, headers={"If-Match": tag})


def completed(course: str, learner: UUID = LEARNER, minutes: int = 0) -> CourseCompleted:
    return CourseCompleted(
        enrollment_id=fake_id(740_000),
        course_id=UUID(course),
        course_version=1,
        learner_id=learner,
        rule_version=1,
        completed_at=MORNING + timedelta(minutes=minutes),
    )


async def test_a_place_is_refused_until_what_comes_first_is_completed(steps: Steps) -> None:
    first, second, last = [await steps.published(f"Part {n}") for n in (1, 2, 3)]
    answer = await need(steps, last, first, second)
    assert answer.status_code == 200
    names = [{"course_id": first, "title": "Part 1"}, {"course_id": second, "title": "Part 2"}]
    shown = await steps.learner.get(path(last))
    assert shown.json() == {"course_id": last, "prerequisites": [n | {"completed": False} for n in names]}
    assert shown.headers["etag"] == answer.headers["etag"]
    refused = await steps.learner.post(f"{COURSES}/{last}/enrollments")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/course/prerequisites-missing")
    assert refused.json()["missing"] == names
    await steps.service.receive(completed(first), completed(first), completed(second, learner=NOBODY))
    refused = await steps.learner.post(f"{COURSES}/{last}/enrollments")
    assert refused.json()["missing"] == names[1:]
    assert [p["completed"] for p in (await steps.learner.get(path(last))).json()["prerequisites"]] == [True, False]
    await steps.service.receive(completed(second))
    assert (await steps.enroll(last))["status"] == "active"


async def test_a_cycle_is_refused_and_named(steps: Steps) -> None:
    a, b, c = [await steps.published(title) for title in ("A", "B", "C")]
    assert (await need(steps, b, a)).status_code == 200
    assert (await need(steps, c, b)).status_code == 200
    refused = await need(steps, a, c)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/course/prerequisite-cycle")
    assert [course["title"] for course in refused.json()["cycle"]] == ["A", "C", "B", "A"]
    assert (await steps.author.get(path(a))).json()["prerequisites"] == []
    itself = await need(steps, a, a)
    assert itself.json()["cycle"] == [{"course_id": a, "title": "A"}] * 2
    assert (await need(steps, b)).status_code == 200, "without it there is no way round"
    assert (await need(steps, a, c)).status_code == 200


async def test_only_published_courses_can_be_needed(steps: Steps) -> None:
    course, draft = await steps.published(), await steps.draft("Unfinished")
    refused = await need(steps, course, draft, str(NOBODY), course)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/invalid")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["#/course_ids/0", "#/course_ids/1"]
    for body in ({"course_ids": [course] * 21}, {"course_ids": ["x"]}, {}, {"course_ids": [], "mode": "any"}):
        answer = await steps.author.put(path(course), json=body, headers={"If-Match": '"2"'})
        assert answer.status_code == 400, body


async def test_a_change_needs_the_version_it_was_made_from(steps: Steps) -> None:
    first, last = await steps.published("First"), await steps.published("Last")
    assert (await steps.author.put(path(last), json={"course_ids": [first]})).status_code == 428
    tag = (await steps.author.get(f"{COURSES}/{last}")).headers["etag"]
    assert (await need(steps, last, first, tag=tag)).status_code == 200
    stale = await need(steps, last, tag=tag)
    assert (stale.status_code, stale.json()["current"]) == (412, int(tag.strip('"').partition("-")[0]) + 1)


async def test_it_is_the_authors_alone(steps: Steps) -> None:
    first, last, draft = await steps.published("First"), await steps.published("Last"), await steps.draft()
    stranger = await need(steps, last, first, client=steps.other)
    assert (stranger.status_code, stranger.json()["type"]) == (403, "/problems/forbidden")
    assert (await need(steps, draft, first, client=steps.other)).status_code == 404
    assert (await steps.other.get(path(draft))).status_code == 404
    assert (await need(steps, str(NOBODY), first, tag='"1"')).status_code == 404
    learner = await need(steps, last, first, client=steps.learner)
    assert (learner.status_code, learner.json()["rule"]) == (403, "course:author")
    assert (await steps.service.client().get(path(last))).status_code == 401
    assert (await need(steps, last, first, client=steps.admin)).status_code == 200


class Log:
    """The log of progress."""

    def __init__(self, *events: CourseCompleted) -> None:
        self.rows = [
            (
                n,
                Envelope(
                    id=str(fake_id(750_000 + n)),
                    source=event.stream,
                    type=event.type,
                    key=event.key,
                    time=MORNING,
                    traceparent=TRACE,
                    body=encode(event),
                ),
            )
            for n, event in enumerate(events, 1)
        ]

    async def log(self, *, after: int = 0, limit: int = 1000) -> list[tuple[int, Envelope]]:
        return self.rows[after : after + limit]


async def test_completions_can_be_replayed(steps: Steps) -> None:
    log, running = Log(*(completed(str(fake_id(n)), minutes=n) for n in (1, 2))), steps.service.running
    assert running.workers is not None
    assert running.database is not None
    await running.workers.inbox.ingest("lms.progress", [envelope for _, envelope in log.rows], "2")
    await steps.service.drain()
    sound = await replay("course.completions", running, {"lms.progress": log}, verify=True)
    assert (sound.none, sound.handled) == (True, 2)
    async with writing(running.database) as driver:
        await driver.run("DELETE FROM completion WHERE course_id = $1", fake_id(1).hex)
    damaged = await replay("course.completions", running, {"lms.progress": log})
    assert ([row.kind for row in damaged.rows], damaged.mended) == (["missing"], True)
    assert (await replay("course.completions", running, {"lms.progress": log}, verify=True)).none


@pytest.mark.engine
async def test_rivals_close_no_cycle_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        steps = Steps(service)
        courses = [await steps.published(f"Course {n}") for n in range(16)]
        ring = zip(courses, [*courses[1:], courses[0]], strict=True)
        answers = await asyncio.gather(*(need(steps, course, required) for course, required in ring))
        assert Counter(answer.status_code for answer in answers) == {200: 15, 409: 1}
        [refused] = [answer.json() for answer in answers if answer.status_code == 409]
        assert (refused["type"], len(refused["cycle"])) == ("/problems/course/prerequisite-cycle", 16 + 1)  # and back
