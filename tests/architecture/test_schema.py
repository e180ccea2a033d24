"""Every service's revisions make what its rows say, on SQLite and on PostgreSQL, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate, standing
from tests.architecture.house import SERVICES, WITHOUT_A_DATABASE, manifest

STORED = [name for name in SERVICES if name not in WITHOUT_A_DATABASE]


async def there_and_back(service: str, url: str) -> None:
    tables, revisions = manifest(service).tables, manifest(service).revisions
    assert tables is not None
    database = open_database(url, pool=2)
    await database.open()
    try:
        for _ in range(2):
            assert await migrate(database, revisions)
            assert await drift(database, tables) == []
            assert all(branch.up_to_date for branch in await standing(database, revisions))
            assert await migrate(database, revisions) == []
            await migrate(database, revisions, to="base", only="service")
            assert len(await drift(database, tables)) >= len(tables.tables)
            await migrate(database, revisions, to="base", only="kernel")
    finally:
        await database.close()


@pytest.mark.parametrize("service", STORED)
async def test_on_sqlite(service: str, tmp_path: Path) -> None:
    await there_and_back(service, f"sqlite:///{tmp_path}/there.db")


@pytest.mark.engine
@pytest.mark.parametrize("service", STORED)
async def test_on_postgresql(service: str, database_url: str) -> None:
    await there_and_back(service, database_url)
