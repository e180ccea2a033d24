"""Figures over HTTP: what they add up to, who may see them, how fresh they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.domain.events import Envelope, encode
from lms_core.testing.fakes import MORNING, fake_id
from services.analytics.service import SERVICE
from services.analytics.tests.events import (
    COURSE,
    INSTRUCTOR,
    STRANGER,
    activated,
    at,
    completed,
    enrolled,
    paid,
    progressed,
    published,
    suspended,
)
from services.analytics.tests.rival import held_by_another_process

URL, OVERVIEW = f"/api/v1/analytics/courses/{COURSE}", "/api/v1/analytics/overview"
STORY = [
    published(),
    enrolled(1),
    progressed(1, 60, 600, minute=3),
    progressed(1, 100, 900, minute=5),
    completed(1, minute=5),
    enrolled(2, status="pending"),
    activated(2),
    paid(2, 4900),
    progressed(2, 20, 60),
    enrolled(3, status="pending"),
    suspended(3),
    enrolled(4, status="pending"),
]
FIGURES = {
    "course_id": str(COURSE),
    "title": "Rust, edition 1",
    "enrolled": 4,
    "active": 2,
    "pending": 1,
    "suspended": 1,
    "completed": 1,
    "completion_rate": 0.25,
    "average_percent": 30.0,
    "seconds": 960,
    "revenue": {"EUR": 4900},
    "events": 12,
    "as_of": at(5).isoformat().replace("+00:00", "Z"),
    "freshness": {"waiting_since": None, "behind_seconds": 0},
}


async def figures(service: ServiceUnderTest) -> Any:
    answer = await service.client("instructor", id=INSTRUCTOR).get(URL)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_course_adds_up(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(*STORY)
        assert await figures(service) == FIGURES


async def test_it_adds_up_the_other_way_round(tmp_path: Path, environ: dict[str, str]) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        for event in STORY[::-1]:
            await service.receive(event)
        assert await figures(service) == FIGURES
        assert await service.dead_letters() == []


async def test_events_that_are_brought_twice_count_once(tmp_path: Path) -> None:
    story = [
        Envelope(
            id=str(fake_id(900 + n)),
            source=event.stream,
            type=event.type,
            key=event.key,
            time=MORNING,
            traceparent="",
            body=encode(event),
        )
        for n, event in enumerate(STORY)
    ]
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert service.running.workers is not None
        for batch in (story[:7], story, story[::-1]):
            await service.running.workers.inbox.ingest("lms.test", batch, "1")
            await service.drain()
        assert await figures(service) == FIGURES
        assert (await service.client("admin").get(OVERVIEW)).json()["events"] == len(STORY)


@pytest.mark.parametrize(
    ("roles", "who", "status"),
    [
        ((), None, 401),
        (("learner",), INSTRUCTOR, 403),
        (("instructor",), INSTRUCTOR, 200),
        (("instructor",), STRANGER, 403),
        (("admin",), STRANGER, 200),
    ],
)
async def test_who_may_see_a_course(tmp_path: Path, roles: tuple[str, ...], who: Any, status: int) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        assert (await service.client(*roles, id=who).get(URL)).status_code == status


async def test_a_new_edition_may_change_hands(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published(version=2, instructor=STRANGER), published(version=1))
        assert (await service.client("instructor", id=STRANGER).get(URL)).status_code == 200
        assert (await service.client("instructor", id=INSTRUCTOR).get(URL)).status_code == 403


async def test_a_course_whose_publication_has_not_arrived(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        client = service.client("instructor", id=INSTRUCTOR)
        for _ in range(2):
            answer = await client.get(URL)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/analytics/not-yet")
            assert answer.headers["retry-after"] == "1"
            await service.receive(enrolled(1))
        await service.receive(published())
        assert (await figures(service))["enrolled"] == 1


async def test_freshness_says_how_long_an_event_has_waited(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published())
        await service.receive(enrolled(1), drain=False)
        service.clock.advance(timedelta(seconds=90))
        shown = await figures(service)
        assert shown["freshness"] == {"waiting_since": MORNING.isoformat().replace("+00:00", "Z"), "behind_seconds": 90}
        assert shown["enrolled"] == 0
        await service.drain()
        shown = await figures(service)
        assert (shown["freshness"]["behind_seconds"], shown["enrolled"]) == (0, 1)


async def test_the_overview_counts_every_type_by_day(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(published(), enrolled(1), enrolled(2))
        await service.advance(timedelta(days=1))
        await service.receive(enrolled(3))
        client = service.client("admin")
        shown = (await client.get(OVERVIEW)).json()
        assert (shown["events"], shown["as_of"]) == (4, "2026-03-03T09:00:00Z")
        assert shown["freshness"] == {"waiting_since": None, "behind_seconds": 0}
        assert [(d["day"], d["type"], d["events"]) for d in shown["days"]] == [
            ("2026-03-02", "lms.course.CoursePublished.v1", 1),
            ("2026-03-02", "lms.course.UserEnrolled.v1", 2),
            ("2026-03-03", "lms.course.UserEnrolled.v1", 1),
        ]
        assert len((await client.get(OVERVIEW, params={"days": 1})).json()["days"]) == 1


@pytest.mark.parametrize(
    ("roles", "status"), [((), 401), (("learner",), 403), (("instructor",), 403), (("admin",), 200)]
)
async def test_who_may_see_the_overview(tmp_path: Path, roles: tuple[str, ...], status: int) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert (await service.client(*roles).get(OVERVIEW)).status_code == status


@pytest.mark.parametrize("days", ["0", "367", "x"])
async def test_a_span_that_is_none(tmp_path: Path, days: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        answer = await service.client("admin").get(OVERVIEW, params={"days": days})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/days")


async def test_courses_are_shown_while_another_process_has_the_store(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        with held_by_another_process(f"{tmp_path}/analytics.duckdb"):
            await service.receive(published(), enrolled(1))
            assert (await figures(service))["enrolled"] == 1
            answer = await service.client("admin").get(OVERVIEW)
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
            assert answer.json()["detail"] == "the figures cannot be read or added to"
        await service.advance(timedelta(seconds=2))
        shown = (await service.client("admin").get(OVERVIEW)).json()
        assert (shown["events"], shown["freshness"]["behind_seconds"]) == (2, 0)


async def test_the_overview_says_what_is_not_loaded_yet(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        with held_by_another_process(f"{tmp_path}/analytics.duckdb"):
            await service.receive(published())
        service.clock.advance(timedelta(milliseconds=100))
        await service.receive(enrolled(1), drain=False)
        shown = (await service.client("admin").get(OVERVIEW)).json()
        assert (shown["events"], shown["freshness"]["waiting_since"]) == (0, "2026-03-02T09:00:00Z")
