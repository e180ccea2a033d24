"""The unit of work's contract on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from lms_adapters.tests.sql.bench import SqlBench, bench as open_bench
from lms_core.domain.errors import Conflict
from lms_core.testing.suites.uow import UnitOfWorkContract


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


@pytest.mark.engine
class TestPostgres(OnSql):
    @pytest.fixture
    async def bench(self, database_url: str) -> AsyncIterator[SqlBench]:
        async with open_bench(database_url) as one:
            yield one
