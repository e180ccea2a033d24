"""Collections on SQL: every page in order, every row once, whatever is asked for and whatever is added meanwhile."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Index, bindparam, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable

from lms_adapters.sql.engine import Database, open_database, writing
from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Reader
from lms_adapters.sql.types import TYPES, metadata
from lms_core.domain.selection import Filter, Operator, Selection
from lms_core.domain.time import to_ms
from lms_core.testing.fakes import MORNING, fake_id


class Row(DeclarativeBase):
    metadata = metadata()
    type_annotation_map = TYPES


class BookRow(Row):
    __tablename__ = "book"
    __table_args__ = (Index(None, "shelf", "at", "id"), Index(None, "shelf", "pages", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    shelf: Mapped[str]
    at: Mapped[datetime]
    pages: Mapped[int] = mapped_column(BigInteger)
    lent_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Book:
    id: UUID
    shelf: str
    at: datetime
    pages: int
    lent_at: datetime | None

    @property
    def size(self) -> str:
        return "thick" if self.pages > 5 else "thin"


BOOKS = Listing(
    select(*BookRow.__table__.columns).where(BookRow.shelf == bindparam("here")),
    Book,
    size={"thick": BookRow.pages > 5, "thin": BookRow.pages <= 5},
)
_COMPARED: dict[Operator, Callable[[Any, Any], bool]] = {
    "any": lambda field, value: field in value,
    "null": lambda field, value: (field is None) == value,
    "lt": lambda field, value: field < value,
    "le": lambda field, value: field <= value,
    "gt": lambda field, value: field > value,
    "ge": lambda field, value: field >= value,
}


def told(books: list[Book], selection: Selection) -> list[Book]:
    """What a selection means: everything that fits, in order."""
    fit = [b for b in books if all(_COMPARED[f.operator](getattr(b, f.field), f.value) for f in selection.filters)]
    return sorted(fit, key=lambda b: (getattr(b, selection.sort), b.id), reverse=selection.descending)


class Library:
    """A shelf of books, in a database and in memory."""

    def __init__(self, database: Database, chance: random.Random) -> None:
        self.database = database
        self.reader = Reader(database)
        self.chance = chance
        self.books: list[Book] = []

    async def add(self, count: int) -> list[Book]:
        """Books with many equal fields, in no order."""
        fresh = []
        for _ in range(count):
            at = MORNING + timedelta(hours=self.chance.randrange(6))
            book = Book(
                id=fake_id(self.chance.randrange(10**9)),
                shelf="here",
                at=at,
                pages=self.chance.randrange(10),
                lent_at=self.chance.choice([None, at]),
            )
            fresh.append(book)
        values = [(self._id(b.id), "here", to_ms(b.at), b.pages, b.lent_at and to_ms(b.lent_at)) for b in fresh]
        async with writing(self.database) as driver:
            await driver.many("INSERT INTO book (id, shelf, at, pages, lent_at) VALUES ($1, $2, $3, $4, $5)", values)
        self.books += fresh
        return fresh

    def _id(self, id: UUID) -> object:
        return id.hex if self.database.kind == "sqlite" else id

    def selection(self) -> Selection:
        """Any at all."""
        moment = MORNING + timedelta(hours=self.chance.randrange(6))
        possible = [
            Filter("size", "any", tuple(self.chance.sample(["thick", "thin"], self.chance.randrange(1, 3)))),
            Filter("pages", "any", tuple(self.chance.sample(range(10), self.chance.randrange(1, 8)))),
            Filter("at", self.chance.choice(["lt", "le", "gt", "ge"]), moment),
            Filter("pages", self.chance.choice(["lt", "le", "gt", "ge"]), self.chance.randrange(10)),
            Filter("lent_at", "null", self.chance.choice([True, False])),
        ]
        return Selection(
            sort=self.chance.choice(["at", "pages", "id"]),
            descending=self.chance.choice([True, False]),
            filters=tuple(self.chance.sample(possible, self.chance.randrange(3))),
            limit=self.chance.randrange(1, 30),
        )

    async def pages(self, wanted: Selection, *, adding: int = 0) -> list[Book]:
        """Page after page to the end, with so many books added after each one."""
        seen: list[Book] = []
        while True:
            found = await BOOKS.some(self.reader, wanted, here="here")
            seen += found[: wanted.limit]
            if len(found) <= wanted.limit:
                return seen
            wanted = replace(wanted, after=(getattr(seen[-1], wanted.sort), seen[-1].id))
            await self.add(adding)


async def _library(url: str) -> AsyncIterator[Library]:
    database = open_database(url, pool=2)
    await database.open()
    try:
        async with writing(database) as driver:
            table = Row.metadata.tables["book"]
            await driver.run(str(CreateTable(table).compile(dialect=database.dialect)))
            for index in table.indexes:
                await driver.run(str(CreateIndex(index).compile(dialect=database.dialect)))
        yield Library(database, random.Random(7))
    finally:
        await database.close()


class Listings:
    """The same on every database."""

    async def test_each_row_comes_once_and_in_order(self, library: Library) -> None:
        await library.add(120)
        for _ in range(60):
            wanted = library.selection()
            assert await library.pages(wanted) == told(library.books, wanted), wanted

    async def test_what_is_added_meanwhile_upsets_nothing(self, library: Library) -> None:
        await library.add(60)
        for _ in range(15):
            wanted = replace(library.selection(), limit=12)
            before = told(library.books, wanted)
            seen = await library.pages(wanted, adding=2)
            assert len(set(seen)) == len(seen)
            assert [book for book in seen if book in before] == before, "nothing is lost, nothing comes twice"
            assert seen == told(seen, replace(wanted, filters=())), "and all of it in order"

    async def test_a_combination_is_compiled_once(self, library: Library) -> None:
        wanted = Selection(sort="at", filters=(Filter("pages", "any", (1, 2, 3)),))
        more = replace(wanted, filters=(Filter("pages", "any", (4, 5, 6, 7)),), limit=3)
        other = replace(wanted, descending=True)
        assert BOOKS.query(wanted) is BOOKS.query(more)
        assert BOOKS.query(wanted) is not BOOKS.query(other)


class TestSqlite(Listings):
    @pytest.fixture
    async def library(self, tmp_path: Path) -> AsyncIterator[Library]:
        async for library in _library(f"sqlite:///{tmp_path}/books.db"):
            yield library


@pytest.mark.engine
class TestPostgres(Listings):
    @pytest.fixture
    async def library(self, database_url: str) -> AsyncIterator[Library]:
        async for library in _library(database_url):
            yield library
