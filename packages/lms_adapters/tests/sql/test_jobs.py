"""The queue on SQLite and PostgreSQL: what is done is forgotten, what is not stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from lms_adapters.sql import jobs
from lms_adapters.sql.engine import writing
from lms_adapters.sql.jobs import JobQueue
from lms_adapters.tests.sql.bench import SqlBench, bench as open_bench
from lms_core.domain.ids import uuid7
from lms_core.domain.time import to_ms
from lms_core.testing.suites.uow import PrintTicket


class QueueContract:
    async def test_what_was_done_is_forgotten_after_two_weeks(self, bench: SqlBench) -> None:
        queue = JobQueue(bench.database, bench.clock)

        async def left() -> int:
            return len(await bench.database.read("SELECT id FROM lms_job", ()))

        async def add(number: int, *, done: bool) -> None:
            now = bench.clock.now()
            async with writing(bench.database) as driver:
                id = uuid7(to_ms(now), number.to_bytes(10))
                await jobs.enqueue(driver, [jobs.queued(PrintTicket(number=number), id=id, now=now)])
            [leased] = [one for one in await queue.claim(f"worker {number}") if one.id == str(id)]
            if done:
                async with writing(bench.database) as driver:
                    await jobs.finish(driver, leased, to_ms(bench.clock.now()))

        for number in range(5):
            await add(number, done=True)
        await add(5, done=False)
        bench.clock.advance(timedelta(days=13))
        await add(6, done=True)
        assert await queue.prune() == 0
        bench.clock.advance(timedelta(days=2))
        assert await queue.prune(limit=3) == 3
        assert await queue.prune(limit=3) == 2
        assert await queue.prune(limit=3) == 0
        assert await left() == 2


class TestSqlite(QueueContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SqlBench]:
        async with open_bench(f"sqlite:///{tmp_path}/shop.db") as one:
            yield one


@pytest.mark.engine
class TestPostgres(QueueContract):
    @pytest.fixture
    async def bench(self, database_url: str) -> AsyncIterator[SqlBench]:
        async with open_bench(database_url) as one:
            yield one
