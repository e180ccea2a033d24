"""A small service's tables and container for the kernel's tests, on any database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lms_adapters.sql.engine import Database, open_database, writing
from lms_adapters.sql.idempotency import Key
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.outbox import Outbox
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.types import TYPES, metadata
from lms_adapters.sql.uow import AMBIENT, Ambient, Batch, SqlUnitOfWork
from lms_core.domain.events import Event, decode
from lms_core.testing.fakes import FakeClock, FakeIds
from lms_core.testing.suites.uow import SeatTaken


class Row(DeclarativeBase):
    metadata = metadata()
    type_annotation_map = TYPES


class ShopRow(Row):
    __tablename__ = "shop"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    seats: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


@dataclass(slots=True, kw_only=True)
class ShopEntity:
    id: int
    name: str
    seats: int
    version: int


class SqlShop:
    def __init__(self, uow: SqlUnitOfWork, session: AsyncSession) -> None:
        self.uow = uow
        self._session = session
        self._rows = Repository(session, ShopRow, ShopEntity)

    async def free_seats(self, *, lock: bool) -> int:
        return (await self._rows.get(1, lock=lock)).seats

    async def take_seat(self) -> None:
        await self._session.execute(update(ShopRow).values(seats=ShopRow.seats - 1))

    async def stumble(self) -> None:
        await self._session.execute(text("INSERT INTO shop (id) VALUES (1)"))

    async def open(self, id: int, *, seats: int) -> None:
        """Another shop; written at the end of the block."""
        self._session.add(ShopRow(id=id, name="stall", seats=seats, version=1))

    async def rename(self, name: str, version: int) -> None:
        await self._rows.update(ShopEntity(id=1, name=name, seats=10, version=version))


class SqlBench:
    """See `lms_core.testing.suites.uow.Bench`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.ids = FakeIds()
        self._outer: Batch | None = None

    @asynccontextmanager
    async def shop(self, *, key: str | None = None, body: str = "") -> AsyncIterator[SqlShop]:
        session = AsyncSession(expire_on_commit=False)
        ambient = Ambient("tester", Key("tester", "POST /x", key, body) if key else None, self._outer)
        before = AMBIENT.set(ambient)
        try:
            yield SqlShop(SqlUnitOfWork(self.database, session, self.clock, self.ids), session)
        finally:
            AMBIENT.reset(before)

    @asynccontextmanager
    async def group(self) -> AsyncIterator[None]:
        async with Batch(await self.database.begin()) as self._outer:
            yield
            await self._outer.commit(self.database)
        self._outer = None

    async def state(self) -> tuple[int, list[Event], list[str]]:
        [(seats,)] = await self.database.read("SELECT seats FROM shop", ())
        log = await Outbox(self.database).log(limit=100_000)
        jobs = await self.database.read("SELECT id FROM lms_job", ())
        return seats, [decode(SeatTaken, e.body) for _, e in log], [str(j[0]) for j in jobs]


@asynccontextmanager
async def bench(url: str) -> AsyncIterator[SqlBench]:
    """A database with the kernel's tables and a shop of ten seats."""
    database = open_database(url)
    await database.open()
    try:
        await migrate(database, None)
        async with writing(database) as driver:
            await driver.run(
                "CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT, seats INT CHECK (seats >= 0), version INTEGER)"
            )
            await driver.run("INSERT INTO shop VALUES (1, 'kiosk', 10, 1)")
        yield SqlBench(database)
    finally:
        await database.close()
