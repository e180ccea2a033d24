"""A read of one row, where there is one and where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Integer, bindparam, literal, select

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.errors import NotFound

ABOVE: Query[dict[str, int]] = Query(
    select(literal(7).label("n")).where(literal(7) > bindparam("n", type_=Integer)), dict
)


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    database = open_database(f"sqlite:///{tmp_path}/numbers.db")
    await database.open()
    yield Reader(database)
    await database.close()


async def test_a_row_that_is_there(reader: Reader) -> None:
    assert await reader.one(ABOVE, n=6) == await reader.get(ABOVE, n=6) == {"n": 7}


async def test_a_row_that_is_not_there(reader: Reader) -> None:
    assert await reader.one(ABOVE, n=7) is None
    with pytest.raises(NotFound):
        await reader.get(ABOVE, n=7)
