"""The unit of work's contract on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from traceback import format_exception

import pytest
from sqlalchemy.exc import IntegrityError

from lms_adapters.sql.jobs import JobQueue
from lms_adapters.telemetry import tracing
from lms_adapters.tests.sql.bench import SqlBench, bench as open_bench
from lms_core.domain.errors import Conflict
from lms_core.testing.fakes import FakeClock
from lms_core.testing.suites.uow import PrintTicket, UnitOfWorkContract


class OnSql(UnitOfWorkContract):
    async def test_a_value_that_is_there_is_a_conflict_another_broken_rule_is_a_fault(self, bench: SqlBench) -> None:
        async with bench.shop() as shop:
            with pytest.raises(Conflict):
                async with shop.uow:
                    await shop.open(1, seats=10)
        async with bench.shop() as shop:
            with pytest.raises(IntegrityError):
                async with shop.uow:
                    await shop.open(2, seats=-1)


class TestSqlite(OnSql):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SqlBench]:
        async with open_bench(f"sqlite:///{tmp_path}/shop.db") as one:
            yield one

    async def test_a_fault_tells_the_statement_and_not_the_values(self, bench: SqlBench) -> None:
        """It is logged with its stack: the values are people's."""
        async with bench.shop() as shop:
            with pytest.raises(IntegrityError) as caught:
                async with shop.uow:
                    await shop.open(2, seats=-4711)
        said = "".join(format_exception(caught.value))
        assert "INSERT INTO shop" in said
        assert "-4711" not in said.replace("seats=-4711", "")


@pytest.mark.engine
class TestPostgres(OnSql):
    @pytest.fixture
    async def bench(self, database_url: str) -> AsyncIterator[SqlBench]:
        async with open_bench(database_url) as one:
            yield one


class Yesterday(FakeClock):
    """In a trace it is the day before, as where a school's past is made."""

    def now(self) -> datetime:
        return self.time - timedelta(days=1) if tracing.trace_id() else self.time


async def test_what_is_put_off_is_no_backlog_and_waits_in_real_time(tmp_path: Path) -> None:
    async with open_bench(f"sqlite:///{tmp_path}/shop.db") as bench:
        bench.clock = clock = Yesterday()
        queue = JobQueue(bench.database, clock)
        with tracing.span("past"):
            async with bench.shop() as shop, shop.uow:
                shop.uow.enqueue(PrintTicket(number=1), at=clock.now() + timedelta(hours=2))
        assert await queue.backlog() == {"open": 0, "dead": 0}
        clock.advance(timedelta(hours=1, minutes=59))
        assert await queue.claim("a") == []
        clock.advance(timedelta(minutes=1))
        assert await queue.backlog() == {"open": 1, "dead": 0}
        assert len(await queue.claim("a")) == 1
        assert (await queue.backlog())["open"] == 1, "who works at it has not done it"
