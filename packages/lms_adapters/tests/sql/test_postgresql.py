"""PostgreSQL under load, and a server that hangs: who asks is told, and everything ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from lms_adapters.sql.engine import StoreUnavailable, writing
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.postgresql import PostgresDatabase
from tests.engines.postgres import Postgres
from tests.engines.process import family

pytestmark = pytest.mark.engine


@asynccontextmanager
async def opened(url: str, *, patience: float) -> AsyncIterator[PostgresDatabase]:
    database = PostgresDatabase(url, pool=4, patience=patience)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def stopped(postgres: Postgres) -> Iterator[None]:
    """Every process of the server stands still; connections stay as they are."""
    assert postgres.pid is not None
    processes = family(postgres.pid)
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


async def test_without_a_free_connection_it_is_unavailable(database_url: str) -> None:
    async with opened(database_url, patience=2) as database:
        held = [await database.begin() for _ in range(2)]
        with pytest.raises(StoreUnavailable):
            await database.begin()
        slow = [asyncio.create_task(database.read("SELECT pg_sleep(1.5)", ())) for _ in range(2)]
        told = await asyncio.gather(*slow, return_exceptions=True)
        assert [type(answer) for answer in told] == [list, StoreUnavailable]
        for transaction in held:
            await transaction.rollback()
        await (await database.begin()).rollback()


async def test_a_lock_is_not_waited_for_without_end(database_url: str) -> None:
    async with opened(database_url, patience=4) as database:
        await migrate(database, None)
        async with writing(database) as driver:
            await driver.run("LOCK TABLE lms_job")
            with pytest.raises(StoreUnavailable):
                async with writing(database) as rival:
                    await rival.run("DELETE FROM lms_job")


async def test_what_takes_too_long_ends_but_a_migration_may(database_url: str) -> None:
    async with opened(database_url, patience=1) as database:
        with pytest.raises(StoreUnavailable):
            async with writing(database) as driver:
                await driver.run("SELECT pg_sleep(60)")
        transaction = await database.begin(patient=True)
        await transaction.driver.run("SELECT pg_sleep(1.5)")
        await transaction.commit()


async def test_a_lease_is_renewed_though_all_connections_are_busy(database_url: str) -> None:
    async with opened(database_url, patience=20) as database:
        await migrate(database, None)
        async with writing(database) as driver:
            await driver.run("SELECT pg_advisory_xact_lock(1)")
            reads = [asyncio.create_task(database.read("SELECT pg_advisory_lock_shared(1)", ())) for _ in range(4)]
            assert await database.lead("relay", "me")
            assert not await database.lead("relay", "another")
            assert not any(read.done() for read in reads)
        await asyncio.gather(*reads)


@pytest.mark.timeout(60)
async def test_a_server_that_hangs_holds_nobody(postgres: Postgres) -> None:
    with Postgres() as mine:
        async with opened(mine.fresh_database(), patience=2) as database:
            await migrate(database, None)
            transaction, idle = await database.begin(), await database.begin()
            await idle.rollback()
            with stopped(mine):
                for asked in (database.read("SELECT 1", ()), database.lead("relay", "me"), database.begin()):
                    with pytest.raises(StoreUnavailable):
                        await asked
                with pytest.raises(StoreUnavailable):
                    await transaction.driver.run("SELECT 1")
                await transaction.rollback()
            assert await database.read("SELECT 1", ())
            assert await database.lead("relay", "me")
            await (await database.begin()).commit()
