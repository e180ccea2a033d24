"""kill -9 in the middle of five hundred registrations and enrollments: nothing accepted is lost, nothing is twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lms_cli.api import Api
from tests.engines.nats import Nats
from tests.engines.postgres import Postgres
from tests.faults.crowd import together
from tests.faults.school import NO_LIMITS, School
from tests.faults.stores import Stores
from tests.platforms import RunningPlatform, running

LEARNERS, REGISTRATIONS = 100, 300
Faults = list[tuple[int, Callable[[], None]]]


def die_and_rise(platform: RunningPlatform) -> None:
    """SIGKILL to every process at once; when all are gone, all again on the same data."""
    platform.kill()
    platform.start()


async def survive(platform: RunningPlatform, stores: Stores, faults: Faults, *, seconds: float) -> None:
    """Ask, while the faults happen at so many answers; settle what is not known; look at everything."""
    async with Api.open(platform.url) as api:
        try:
            began = time.monotonic()
            school = await School.open(platform, stores, api, learners=LEARNERS)
            prepared = time.monotonic()
            asks = school.asks(REGISTRATIONS)
            outcomes = await together(asks, at=faults)
            unknown = [ask for ask in asks if ask.outcome in ("unanswered", "unavailable")]
            done = school.done_before(unknown)
            asked = time.monotonic()
            assert outcomes["refused"] == 0, [a.answer for a in asks if a.outcome == "refused"]
            await school.settle()
            took = await school.check(seconds)
        except BaseException:
            print(platform.logs())
            raise
    print(
        f"\nkill -9: {len(faults)} faults in {len(asks)} requests: {outcomes['accepted']} accepted, 0 refused, "
        f"{outcomes['unanswered']} unanswered, {outcomes['unavailable']} unavailable (5xx); of these {done} had been "
        f"done; all settled under their keys; complete {took:.1f} s after (prepared in {prepared - began:.1f} s, asked "
        f"in {asked - prepared:.1f} s, all {time.monotonic() - began:.1f} s)"
    )


@pytest.mark.timeout(180)
async def test_one_process_on_sqlite_killed_twice(tmp_path: Path) -> None:
    with running(tmp_path, NO_LIMITS) as platform:
        faults: Faults = [(n, lambda: die_and_rise(platform)) for n in (170, 340)]
        await survive(platform, Stores(platform.data), faults, seconds=60)


@pytest.mark.engine
@pytest.mark.timeout(400)
async def test_a_process_each_on_postgresql_over_nats_killed_twice(
    tmp_path: Path, postgres: Postgres, nats: Nats
) -> None:
    stores = Stores(tmp_path, postgres, "killed")
    environ = {**NO_LIMITS, **stores.create(), "LMS_BUS_URL": nats.url, "LMS_BROADCAST_URL": nats.url}
    with running(tmp_path, {**environ, "LMS_CONNECTIONS": "12"}, alone=True) as platform:
        faults: Faults = [(n, lambda: die_and_rise(platform)) for n in (170, 340)]
        await survive(platform, stores, faults, seconds=150)


@pytest.mark.engine
@pytest.mark.timeout(400)
async def test_nats_killed_too(tmp_path: Path, postgres: Postgres) -> None:
    """The broker goes first and comes back; then everything goes, and the broker is back last."""
    stores = Stores(tmp_path, postgres, "brokerless")
    with Nats() as nats:
        environ = {**NO_LIMITS, **stores.create(), "LMS_BUS_URL": nats.url, "LMS_BROADCAST_URL": nats.url}
        with running(tmp_path, {**environ, "LMS_CONNECTIONS": "12"}, alone=True) as platform:

            def everything() -> None:
                nats.kill()
                platform.kill()
                nats.restart()
                platform.start()

            faults: Faults = [(100, nats.kill), (200, nats.restart), (330, everything)]
            await survive(platform, stores, faults, seconds=150)
