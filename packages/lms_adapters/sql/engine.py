"""A service's database: its transactions, its reads, and the signal that wakes its workers.

`open_database(url)` chooses by the scheme. Both kinds keep one rule: SQLAlchemy's connections run in autocommit, and
BEGIN, COMMIT and ROLLBACK are ours, sent on the driver's connection. So the kernel's own statements (which go straight
to the driver) and a service's repositories (which go through the ORM) are always in the same transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.domain.errors import Unavailable

T = TypeVar("T")
Kind = Literal["sqlite", "postgresql"]


class StoreUnavailable(Unavailable):
    """This cannot be answered at the moment: try again shortly.

    It is the service's own database that is away, and nothing that a use case asked of others: raised in this package
    only, so that a worker can tell a fault of its own from one of the event it handles.
    """


class Driver(Protocol):
    """The kernel's way to the database: SQL with `$1` parameters on the driver's connection."""

    @property
    def kind(self) -> Kind:
        """Which dialect it speaks."""

    async def fetch(self, sql: str, *args: Any) -> Sequence[Any]:
        """All rows."""

    async def run(self, sql: str, *args: Any) -> None:
        """No rows wanted."""

    async def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Once for each row of arguments."""

    def away(self, error: BaseException) -> bool:
        """Whether the driver says with it that the server is away: what goes through the ORM is raised as it is."""


class Transaction(Protocol):
    """An open transaction. Exactly one of commit and rollback ends it; both survive cancellation."""

    connection: AsyncConnection

    @property
    def driver(self) -> Driver:
        """The kernel's way into this transaction."""

    async def commit(self) -> None:
        """Make it true. Raises StoreUnavailable when the database cannot, RolledBack when it has given it up before."""

    async def rollback(self) -> None:
        """Make it never have been. Never raises."""


class Wake:
    """Signals to workers: something may be there for you (`outbox`, `inbox`, `jobs`, `ingest`)."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Event]] = {}

    def bell(self, topic: str) -> asyncio.Event:
        """An event that is set whenever the topic is rung."""
        bell = asyncio.Event()
        self._waiting.setdefault(topic, []).append(bell)
        return bell

    def ring(self, *topics: str) -> None:
        """Wake everyone who waits for one of the topics."""
        for topic in topics:
            for bell in self._waiting.get(topic, ()):
                bell.set()


class Database(Protocol):
    """One service's database."""

    dialect: Dialect
    wake: Wake

    @property
    def kind(self) -> Kind:
        """Which dialect it speaks."""

    async def open(self) -> None:
        """Connect. Raises StoreUnavailable."""

    async def begin(self, *, patient: bool = False) -> Transaction:
        """A transaction that may write. On SQLite it waits for its turn at the one writer.

        A statement that takes longer than anybody would wait for its answer ends with StoreUnavailable, unless it is to
        be `patient`: a migration takes as long as it takes.
        """

    async def read(self, sql: str, args: Sequence[Any]) -> Sequence[Any]:
        """Rows of one statement outside any transaction, on a read connection of the driver."""

    def announce(self, topics: frozenset[str]) -> None:
        """After a commit: ring here, and in the other processes of this service."""

    async def lead(self, name: str, owner: str) -> bool:
        """Hold or renew the lease `name` for `LEASE_SECONDS`; whether `owner` has it now."""

    async def hold(self) -> bool:
        """Have it to oneself, among the processes that ask for that, until it is closed; False: another has it."""

    async def tidy(self) -> None:
        """Now and then: let go of what was overwritten."""

    async def close(self) -> None:
        """Let go of everything."""


LEASE_SECONDS = 5.0


def open_database(url: str, *, pool: int = 8) -> Database:
    """`sqlite:///path/to/file.db` or `postgresql://user@host:port/name`; not yet connected.

    `pool` is this service's share of the process's connections. Raises ValueError for an unknown scheme.
    """
    from lms_adapters.platform.registry import by_url, third_party

    match by_url("database", url, ("sqlite", "postgresql")):
        case "sqlite":
            from lms_adapters.sql.sqlite import SqliteDatabase

            return SqliteDatabase(url.removeprefix("sqlite:///"))
        case "postgresql":
            from lms_adapters.sql.postgresql import PostgresDatabase

            return PostgresDatabase(url, pool=pool)
        case other:
            database: Database = third_party("database", other)(url)
            return database


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[Driver]:
    """A short transaction of the kernel's own."""
    transaction = await database.begin()
    try:
        yield transaction.driver
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()


async def to_the_end(work: Awaitable[T]) -> T:
    """Await something that must not be left half done: a cancellation waits for its end, then goes on."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if not task.cancelled():  # ours, though the work may have ended in the same moment
                cancelled = error
        except BaseException:  # noqa: BLE001  the task's own, raised below
            break
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # seen: the cancellation is what the caller hears of
        raise cancelled
    return task.result()


async def retry_while(busy: Callable[[Exception], bool], attempt: Callable[[], T], *, for_seconds: float) -> T:
    """Repeat something that another process may hold up for a moment. Raises StoreUnavailable after `for_seconds`."""
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + for_seconds, 0.001
    while True:
        try:
            return attempt()
        except Exception as error:
            if not busy(error):
                raise
            if loop.time() > deadline:
                raise StoreUnavailable("the database is held by another process") from error
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.05)
