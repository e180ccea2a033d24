"""The unit of work's contract on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_adapters.tests.sql.bench import SqlBench, bench as open_bench
from lms_core.testing.suites.uow import UnitOfWorkContract


class TestSqlite(UnitOfWorkContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SqlBench]:
        async with open_bench(f"sqlite:///{tmp_path}/shop.db") as one:
            yield one


@pytest.mark.engine
class TestPostgres(UnitOfWorkContract):
    @pytest.fixture
    async def bench(self, database_url: str) -> AsyncIterator[SqlBench]:
        async with open_bench(database_url) as one:
            yield one
