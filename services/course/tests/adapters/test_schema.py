"""The revisions make exactly the tables that the rows describe, up and down."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.migrations.runner import drift, migrate
from services.course.service import SERVICE


async def up_and_down(url: str) -> None:
    assert SERVICE.tables is not None
    database = open_database(url)
    await database.open()
    try:
        for _ in range(2):
            await migrate(database, SERVICE.revisions)
            assert await drift(database, SERVICE.tables) == []
            await migrate(database, SERVICE.revisions, to="base")
    finally:
        await database.close()


async def test_on_sqlite(tmp_path: Path) -> None:
    await up_and_down(f"sqlite:///{tmp_path}/course.db")


@pytest.mark.engine
async def test_on_postgresql(database_url: str) -> None:
    await up_and_down(database_url)
