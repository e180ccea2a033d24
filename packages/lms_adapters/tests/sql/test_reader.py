"""A read of one row, where there is one and where there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, Uuid, bindparam, literal, select

from lms_adapters.sql.engine import open_database
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.types import Utc
from lms_core.domain.errors import NotFound
from lms_core.domain.time import from_ms
from lms_core.testing.fakes import fake_id

ABOVE: Query[dict[str, int]] = Query(
    select(literal(7).label("n")).where(literal(7) > bindparam("n", type_=Integer)), dict
)

SAID: Query[dict[str, Any]] = Query(
    select(
        bindparam("n", 3, type_=Integer).label("number"),
        bindparam("id", type_=Uuid).label("whose"),
        bindparam("at", type_=Utc).label("since"),
    ),
    dict,
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


@pytest.mark.parametrize("at", [from_ms(1), None])
async def test_values_come_back_as_they_went_in(reader: Reader, at: datetime | None) -> None:
    assert await reader.get(SAID, id=fake_id(1), at=at) == {"number": 3, "whose": fake_id(1), "since": at}


async def test_what_is_given_goes_before_what_the_statement_has(reader: Reader) -> None:
    assert (await reader.get(SAID, n=4, id=fake_id(1), at=None))["number"] == 4


async def test_what_was_not_given_is_missed(reader: Reader) -> None:
    with pytest.raises(KeyError):
        await reader.one(SAID, id=fake_id(1))
