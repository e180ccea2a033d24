"""The revisions say what the rows say, up and down."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate
from services.billing.service import SERVICE


async def _up_and_down(url: str) -> None:
    database = open_database(url)
    await database.open()
    try:
        await migrate(database, SERVICE.revisions)
        assert SERVICE.tables is not None
        assert await drift(database, SERVICE.tables) == []
        await migrate(database, SERVICE.revisions, to="base", only="service")
        assert await migrate(database, SERVICE.revisions) != []
        assert await drift(database, SERVICE.tables) == []
    finally:
        await database.close()


async def test_on_sqlite(tmp_path: Path) -> None:
    await _up_and_down(f"sqlite:///{tmp_path}/billing.db")


@pytest.mark.engine
async def test_on_postgresql(database_url: str) -> None:
    await _up_and_down(database_url)
