"""The revisions make what the rows say, and take it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.sql.engine import Database, open_database
from lms_adapters.sql.migrations.runner import drift, migrate
from services.analytics.service import SERVICE


async def there_and_back(database: Database) -> None:
    await database.open()
    try:
        for _ in range(2):
            await migrate(database, SERVICE.revisions)
            assert SERVICE.tables is not None
            assert await drift(database, SERVICE.tables) == []
            await migrate(database, SERVICE.revisions, to="base")
    finally:
        await database.close()


async def test_on_sqlite(tmp_path: Path) -> None:
    await there_and_back(open_database(f"sqlite:///{tmp_path}/analytics.db", pool=2))


@pytest.mark.engine
async def test_on_postgresql(database_url: str) -> None:
    await there_and_back(open_database(database_url, pool=2))
