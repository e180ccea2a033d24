"""PostgreSQL through asyncpg: a pool for transactions (SQLAlchemy's), one for reads (asyncpg's), one ear for NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from lms_adapters.sql.engine import LEASE_SECONDS, StoreUnavailable, Transaction, Wake, to_the_end
from lms_core.domain.errors import Invalid, Raced
from lms_core.ports.uow import RolledBack

_CHANNEL = "lms"
_HOLD = 0x6C6D73
"""The advisory lock of the process that has the database to itself: the letters lms."""
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.LockNotAvailableError,  # others hold it for longer than anybody may wait
    asyncpg.InternalClientError,  # the server has said goodbye, and the connection was used before its end was seen
)
"""What the driver says when the server is away, or going, or has no place for us."""
_GONE = (*_AWAY, OSError, TimeoutError)
_PATIENCE = 20.0
"""Seconds that a statement may take; half of it to wait for a connection or for a lock. Who asks has gone by then."""
_CONNECT, _GOODBYE = 10.0, 2.0
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
        return isinstance(error, (*_AWAY, TimeoutError))

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
                async with asyncio.timeout(_GOODBYE):  # a server that hangs does not even hear of a cancelled statement
                    await self.driver.raw.execute("ROLLBACK")
        except (*_GONE, asyncpg.PostgresError):
            self.driver.raw.terminate()
            await self.connection.invalidate()
        finally:
            await self.connection.close()


class PostgresDatabase:
    """One database of a server, or one schema of it."""

    kind: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, *, pool: int, schema: str | None = None, patience: float = _PATIENCE) -> None:
        """With a `schema` nothing outside it is seen."""
        parts = urlsplit(url)
        self._url = urlunsplit(parts._replace(scheme="postgresql"))
        self._pool_size = max(2, pool)
        session = {} if schema is None else {"search_path": schema}
        self._wait = patience / 2
        self._bounded: dict[str, Any] = {
            "timeout": _CONNECT,
            "command_timeout": patience,
            "server_settings": {**session, "lock_timeout": f"{self._wait * 1000:.0f}"},
        }
        engine = partial(
            create_async_engine,
            urlunsplit(parts._replace(scheme="postgresql+asyncpg")),
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._engine: AsyncEngine = engine(
            pool_size=max(1, self._pool_size // 2), max_overflow=0, pool_timeout=self._wait, connect_args=self._bounded
        )
        self._patient: AsyncEngine = engine(poolclass=NullPool, connect_args={"server_settings": session})
        self.dialect: Dialect = self._engine.dialect
        self.wake = Wake()
        self._pending: set[str] = set()
        self._bell = asyncio.Event()
        self._ear: asyncio.Task[None] | None = None
        self._line: asyncpg.Connection | None = None
        self._connected = asyncio.Event()
        self._speaking = asyncio.Lock()
        self._hold: asyncpg.Connection | None = None

    async def open(self) -> None:
        try:
            # min_size 0: keeping a minimum, the pool reconnects without a pause while the server is away
            self._reads = await asyncpg.create_pool(
                self._url, min_size=0, max_size=max(1, self._pool_size // 2 - 1), reset=_no_reset, **self._bounded
            )
            await self._reads.fetchval("SELECT 1")
        except (*_GONE, asyncpg.PostgresError) as error:
            name = urlsplit(self._url).path.lstrip("/")
            raise StoreUnavailable("the database cannot be opened", note=name) from error
        self._ear = asyncio.create_task(self._listen(), name="postgresql-listen")

    async def begin(self, *, patient: bool = False) -> Transaction:
        connection: AsyncConnection | None = None
        raw: asyncpg.Connection | None = None
        try:
            connection = await (self._patient if patient else self._engine).connect()
            raw = (await connection.get_raw_connection()).driver_connection
            if raw is not None and raw.is_closed():  # the server was away since it was used last
                await connection.invalidate()
                raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute("BEGIN")
        except BaseException as error:
            if connection is not None:
                await to_the_end(_throw_away(connection, raw))
            if isinstance(error, (*_GONE, DBAPIError, PoolExhausted)):
                raise StoreUnavailable("the database cannot be reached") from error
            raise
        return PostgresTransaction(connection, PostgresDriver(raw))

    async def read(self, sql: str, args: Sequence[Any]) -> Sequence[Any]:
        try:
            async with self._reads.acquire(timeout=self._wait) as raw:
                return await raw.fetch(sql, *args)  # type: ignore[no-any-return]
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
                raw = await asyncpg.connect(self._url, **self._bounded)
                await raw.add_listener(_CHANNEL, lambda _c, _p, _ch, topic: self.wake.ring(str(topic)))
                self._line = raw
                self._connected.set()
                self.wake.ring("outbox", "inbox", "jobs")
                while not raw.is_closed():
                    try:
                        async with asyncio.timeout(10):  # not wait_for: in 3.11 it can swallow a cancellation
                            await self._bell.wait()
                    except TimeoutError:
                        await self._say("SELECT 1")
                        continue
                    self._bell.clear()
                    topics, self._pending = sorted(self._pending), set()
                    await self._say("SELECT pg_notify($1, t) FROM unnest($2::text[]) t", _CHANNEL, topics)
            except (*_GONE, asyncpg.PostgresError):
                await asyncio.sleep(1)
            finally:
                self._connected.clear()
                self._line = None
                if raw is not None:
                    await to_the_end(_hang_up(raw))

    async def _say(self, sql: str, *args: Any) -> Sequence[Any]:
        """On the listening connection, where nobody's request is in the way."""
        async with self._speaking:
            if self._line is None:
                raise asyncpg.InterfaceError("not connected")
            return await self._line.fetch(sql, *args)  # type: ignore[no-any-return]

    async def lead(self, name: str, owner: str) -> bool:
        ttl = int(LEASE_SECONDS * 1000)
        now = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
        renew = (
            f"INSERT INTO lms_lease AS l VALUES ($1, $2, {now} + {ttl}) ON CONFLICT (name) DO UPDATE "  # noqa: S608
            f"SET owner = excluded.owner, until = excluded.until WHERE l.until < {now} OR l.owner = excluded.owner "
            "RETURNING owner"
        )
        try:
            async with asyncio.timeout(LEASE_SECONDS):
                await self._connected.wait()
                return bool(await self._say(renew, name, owner))
        except _GONE as error:
            if self._line is not None:
                self._line.terminate()
                self._bell.set()  # and it calls anew
            raise StoreUnavailable("the database cannot be reached") from error

    async def hold(self) -> bool:
        patience = {"lock_timeout": f"{LEASE_SECONDS:g}s", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5"}
        try:
            self._hold = await asyncpg.connect(
                self._url, timeout=_CONNECT, command_timeout=_PATIENCE, server_settings=patience
            )
            await self._hold.execute(f"SELECT pg_advisory_lock({_HOLD})")  # a process just killed may have it still
        except asyncpg.LockNotAvailableError:
            return False
        except _GONE as error:
            raise StoreUnavailable("the database cannot be reached") from error
        return True

    async def tidy(self) -> None:
        """Autovacuum does."""

    async def close(self) -> None:
        if self._hold is not None:
            await to_the_end(_hang_up(self._hold))
        if self._ear is not None:
            self._ear.cancel()
            await asyncio.gather(self._ear, return_exceptions=True)
        try:
            async with asyncio.timeout(_GOODBYE):
                await self._reads.close()
        except TimeoutError:
            self._reads.terminate()
        await self._engine.dispose()
        await self._patient.dispose()


async def _hang_up(raw: asyncpg.Connection) -> None:
    try:
        async with asyncio.timeout(_GOODBYE):
            await raw.close()
    except (*_GONE, asyncpg.PostgresError):
        raw.terminate()


async def _throw_away(connection: AsyncConnection, raw: asyncpg.Connection | None) -> None:
    if raw is not None:
        raw.terminate()
    await connection.invalidate()
    await connection.close()


async def _no_reset(connection: Any) -> None:
    """Read connections carry no state worth resetting."""
