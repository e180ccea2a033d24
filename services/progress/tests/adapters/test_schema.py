"""The tables are what the code says, on both databases, up and down."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate
from services.progress.service import SERVICE


async def up_down_up(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        for _ in range(2):
            assert await migrate(database, SERVICE.revisions)
            assert SERVICE.tables is not None
            assert await drift(database, SERVICE.tables) == []
            assert await migrate(database, SERVICE.revisions, to="base")
    finally:
        await database.close()


async def test_schema_on_sqlite(tmp_path: Path) -> None:
    await up_down_up(f"sqlite:///{tmp_path / 'progress.db'}")


@pytest.mark.engine
async def test_schema_on_postgresql(database_url: str) -> None:
    await up_down_up(database_url)
