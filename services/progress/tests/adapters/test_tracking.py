"""Tracking on SQL: outlines never change, what is counted is kept, and only what was asked about is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dishka import AsyncContainer

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.ports.uow import UnitOfWork
from lms_core.testing.fakes import MORNING, fake_id
from services.progress.domain.tracking import Activity, Outline, Topic, Tracking
from services.progress.ports.tracking import Outlines, Tracks
from services.progress.service import SERVICE

COURSE, LEARNER, ENROLLMENT, TOPIC = (fake_id(n) for n in (10, 20, 30, 40))


@pytest.fixture
async def container(tmp_path: Path) -> AsyncIterator[AsyncContainer]:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        yield service.platform.container("progress")


@asynccontextmanager
async def working(container: AsyncContainer) -> AsyncIterator[tuple[Outlines, Tracks]]:
    """The repositories inside a unit of work."""
    async with container() as scope, await scope.get(UnitOfWork):
        yield await scope.get(Outlines), await scope.get(Tracks)


def outline(title: str = "Compilers") -> Outline:
    topic = Topic(topic_id=TOPIC, title="Words", required=True)
    return Outline(course_id=COURSE, version=1, title=title, published_at=MORNING, topics=(topic,))


def tracking() -> Tracking:
    return Tracking(
        enrollment_id=ENROLLMENT,
        course_id=COURSE,
        course_version=1,
        learner_id=LEARNER,
        enrolled_at=MORNING,
        status="active",
        status_version=1,
        required_topics=1,
    )


def activity(n: int) -> Activity:
    return Activity(
        activity_id=fake_id(n),
        topic_id=TOPIC,
        kind="viewed",
        seconds=5,
        position=n,
        occurred_at=MORNING,
        recorded_at=MORNING,
    )


async def test_a_version_that_is_known_stays_as_it_is(container: AsyncContainer) -> None:
    async with working(container) as (outlines, _):
        assert await outlines.get(COURSE, 1) is None
        await outlines.keep(outline())
    async with working(container) as (outlines, _):
        await outlines.keep(outline("Something else"))
        assert await outlines.get(COURSE, 1) == outline()


async def test_what_was_counted_is_kept_and_counted_once(container: AsyncContainer) -> None:
    async with working(container) as (outlines, tracks):
        await outlines.keep(outline())
        await tracks.add(tracking())
    for n in (1, 2, 1):
        async with working(container) as (_, tracks):
            track = await tracks.get(ENROLLMENT, fake_id(n))
            assert track is not None
            track.count(activity(n))
            await tracks.save(track)
    async with working(container) as (_, tracks):
        kept = await tracks.of_learner(LEARNER, [COURSE], [fake_id(1), fake_id(3)])
        assert kept[COURSE].tracking.seconds == 10
        assert kept[COURSE].topics[TOPIC].position == 2
        assert kept[COURSE].counted == {fake_id(1)}
        assert await tracks.of_learner(fake_id(99), [COURSE], []) == {}
        assert await tracks.tracking(fake_id(98)) is None
