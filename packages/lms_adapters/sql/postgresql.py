"""PostgreSQL through asyncpg: a pool for transactions (SQLAlchemy's), one for reads (asyncpg's), one ear for NOTIFY."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from lms_adapters.sql.engine import LEASE_SECONDS, StoreUnavailable, Transaction, Wake, to_the_end
from lms_core.domain.errors import Invalid, Raced
from lms_core.ports.uow import RolledBack

_CHANNEL = "lms"
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # the server has said goodbye, and the connection was used before its end was seen
)
"""What the driver says when the server is away, or going, or has no place for us."""
_GONE = (*_AWAY, OSError, TimeoutError)
_RIVAL = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class PostgresDriver:
    """The kernel's statements on asyncpg's connection."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(self, raw: asyncpg.Connection) -> None:
        self.raw = raw

    async def fetch(self, sql: str, *args: Any) -> Sequence[Any]:
        return await self._heard(self.raw.fetch(sql, *args))  # type: ignore[no-any-return]

    async def run(self, sql: str, *args: Any) -> None:
        await self._heard(self.raw.execute(sql, *args))

    async def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._heard(self.raw.executemany(sql, rows))

    def away(self, error: BaseException) -> bool:
        return isinstance(error, _AWAY)

    async def _heard(self, answer: Awaitable[Any]) -> Any:
        try:
            return await answer
        except _RIVAL as error:
            raise Raced from error
        except asyncpg.CharacterNotInRepertoireError as error:
            raise Invalid("text cannot hold the character NUL") from error
        except _GONE as error:
            raise StoreUnavailable("the database cannot be reached") from error


class PostgresTransaction:
    """A connection of the pool between BEGIN and the end."""

    def __init__(self, connection: AsyncConnection, driver: PostgresDriver) -> None:
        self.connection = connection
        self.driver = driver

    async def commit(self) -> None:
        await to_the_end(self._commit())

    async def _commit(self) -> None:
        try:
            if await self.driver.raw.execute("COMMIT") != "COMMIT":
                raise RolledBack("a statement of this transaction had failed, and what it said was not heeded")
        except _RIVAL as error:
            raise Raced from error
        except _GONE as error:
            raise StoreUnavailable("the database could not save this") from error
        finally:
            await self._leave()

    async def rollback(self) -> None:
        await to_the_end(self._leave())

    async def _leave(self) -> None:
        try:
            if self.driver.raw.is_in_transaction():
                await self.driver.raw.execute("ROLLBACK")
        except (*_GONE, asyncpg.PostgresError):
            await self.connection.invalidate()
        finally:
            await self.connection.close()


class PostgresDatabase:
    """One database of a server, or one schema of it."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, *, pool: int, schema: str | None = None) -> None:
        """With a `schema` nothing outside it is seen."""
        parts = urlsplit(url)
        self._url = urlunsplit(parts._replace(scheme="postgresql"))
        self._pool_size = max(2, pool)
        self._session = {} if schema is None else {"search_path": schema}
        self._engine: AsyncEngine = create_async_engine(
            urlunsplit(parts._replace(scheme="postgresql+asyncpg")),
            isolation_level="AUTOCOMMIT",
            pool_size=max(1, self._pool_size // 2),
            max_overflow=0,
            pool_timeout=30,
            connect_args={"server_settings": self._session},
        )
        self.dialect: Dialect = self._engine.dialect
        self.wake = Wake()
        self._pending: set[str] = set()
        self._bell = asyncio.Event()
        self._ear: asyncio.Task[None] | None = None

    async def open(self) -> None:
        try:
            # min_size 0: keeping a minimum, the pool reconnects without a pause while the server is away
            self._reads = await asyncpg.create_pool(
                self._url,
                min_size=0,
                max_size=max(1, self._pool_size // 2 - 1),
                reset=_no_reset,
                server_settings=self._session,
            )
            await self._reads.fetchval("SELECT 1")
        except (*_GONE, asyncpg.PostgresError) as error:
            name = urlsplit(self._url).path.lstrip("/")
            raise StoreUnavailable("the database cannot be opened", note=name) from error
        self._ear = asyncio.create_task(self._listen(), name="postgresql-listen")

    async def begin(self) -> Transaction:
        connection: AsyncConnection | None = None
        try:
            connection = await self._engine.connect()
            raw = (await connection.get_raw_connection()).driver_connection
            if raw is not None and raw.is_closed():  # the server was away since it was used last
                await connection.invalidate()
                raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute("BEGIN")
        except BaseException as error:
            if connection is not None:
                await to_the_end(_throw_away(connection))
            if isinstance(error, (*_GONE, DBAPIError)):
                raise StoreUnavailable("the database cannot be reached") from error
            raise
        return PostgresTransaction(connection, PostgresDriver(raw))

    async def read(self, sql: str, args: Sequence[Any]) -> Sequence[Any]:
        try:
            return await self._reads.fetch(sql, *args)  # type: ignore[no-any-return]
        except asyncpg.CharacterNotInRepertoireError as error:
            raise Invalid("text cannot hold the character NUL") from error
        except _GONE as error:
            raise StoreUnavailable("the database cannot be reached") from error

    def announce(self, topics: frozenset[str]) -> None:
        self.wake.ring(*topics)
        self._pending |= topics
        self._bell.set()

    async def _listen(self) -> None:
        """Hear other processes' commits and tell them of ours, coalesced; reconnect for ever."""
        while True:
            raw: asyncpg.Connection | None = None
            try:
                raw = await asyncpg.connect(self._url)
                await raw.add_listener(_CHANNEL, lambda _c, _p, _ch, topic: self.wake.ring(str(topic)))
                self.wake.ring("outbox", "inbox", "jobs")
                while not raw.is_closed():
                    try:
                        async with asyncio.timeout(10):  # not wait_for: in 3.11 it can swallow a cancellation
                            await self._bell.wait()
                    except TimeoutError:
                        await raw.execute("SELECT 1")
                        continue
                    self._bell.clear()
                    topics, self._pending = sorted(self._pending), set()
                    await raw.execute("SELECT pg_notify($1, t) FROM unnest($2::text[]) t", _CHANNEL, topics)
            except (*_GONE, asyncpg.PostgresError):
                await asyncio.sleep(1)
            finally:
                if raw is not None:
                    await to_the_end(_hang_up(raw))

    async def lead(self, name: str, owner: str) -> bool:
        ttl = int(LEASE_SECONDS * 1000)
        now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
        rows = await self.read(
            f"INSERT INTO lms_lease AS l VALUES ($1, $2, {now} + {ttl}) ON CONFLICT (name) DO UPDATE "  # noqa: S608
            f"SET owner = excluded.owner, until = excluded.until WHERE l.until < {now} OR l.owner = excluded.owner "
            "RETURNING owner",
            (name, owner),
        )
        return bool(rows)

    async def close(self) -> None:
        if self._ear is not None:
            self._ear.cancel()
            await asyncio.gather(self._ear, return_exceptions=True)
        await self._reads.close()
        await self._engine.dispose()


async def _hang_up(raw: asyncpg.Connection) -> None:
    with contextlib.suppress(*_GONE, asyncpg.PostgresError):
        await raw.close(timeout=1)


async def _throw_away(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()


async def _no_reset(connection: Any) -> None:
    """Read connections carry no state worth resetting."""
