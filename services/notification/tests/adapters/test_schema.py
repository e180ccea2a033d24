"""The revisions make what the rows say, on both databases, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate
from services.notification.service import SERVICE


async def _up_down_up(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        assert SERVICE.tables is not None
        await migrate(database, SERVICE.revisions)
        assert await drift(database, SERVICE.tables) == []
        await migrate(database, SERVICE.revisions, to="base", only="service")
        assert len(await drift(database, SERVICE.tables)) >= len(SERVICE.tables.tables)
        await migrate(database, SERVICE.revisions)
        assert await drift(database, SERVICE.tables) == []
    finally:
        await database.close()


async def test_on_sqlite(tmp_path: Path) -> None:
    await _up_down_up(f"sqlite:///{tmp_path}/notification.db")


@pytest.mark.engine
async def test_on_postgresql(database_url: str) -> None:
    await _up_down_up(database_url)
