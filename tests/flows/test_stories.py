"""The three flows in every topology: one process and one per service, on every database and bus. The same answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_cli.api import Api
from lms_cli.stories import Stage, all_stories
from tests.engines.kafka import Kafka
from tests.engines.nats import Nats
from tests.engines.postgres import Postgres
from tests.platforms import SERVICES, RunningPlatform, running

pytestmark = pytest.mark.timeout(300)


async def tell(platform: RunningPlatform) -> list[str]:
    """All stories; what they said, without what differs from run to run."""
    said: list[str] = []
    async with Api.open(platform.url) as api:
        try:
            await all_stories(Stage(api, platform.operate, said.append), said.append)
        except BaseException:
            print(platform.logs())
            raise
    return said


def databases(postgres: Postgres, prefix: str) -> dict[str, str]:
    """A fresh PostgreSQL database for each service."""
    urls = {}
    for name in SERVICES[:-1]:
        database = f"{prefix}_{name}"
        postgres.create_database(database)
        urls[f"LMS_{name.upper()}_DATABASE_URL"] = postgres.database_url(database)
    return urls


async def test_one_process_on_sqlite_and_memory(tmp_path: Path) -> None:
    with running(tmp_path, {}) as platform:
        said = await tell(platform)
        assert len(said) > 25
        assert platform.stop() == {"gateway": 0}


@pytest.mark.engine
async def test_one_process_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with running(tmp_path, databases(postgres, "one")) as platform:
        await tell(platform)
        assert platform.stop() == {"gateway": 0}


@pytest.mark.engine
async def test_a_process_each_on_sqlite_over_nats(tmp_path: Path, nats: Nats) -> None:
    with running(tmp_path, {"LMS_BUS_URL": nats.url, "LMS_BROADCAST_URL": nats.url}, alone=True) as platform:
        await tell(platform)
        assert platform.stop() == dict.fromkeys(SERVICES, 0)


@pytest.mark.engine
async def test_a_process_each_on_postgresql_over_kafka_with_broadcast_over_nats(
    tmp_path: Path, postgres: Postgres, kafka: Kafka, nats: Nats
) -> None:
    environ = {**databases(postgres, "many"), "LMS_BUS_URL": kafka.url, "LMS_BROADCAST_URL": nats.url}
    with running(tmp_path, environ, alone=True) as platform:
        await tell(platform)
        assert platform.stop() == dict.fromkeys(SERVICES, 0)
