"""SQLite: one file per service, one writer, statements inline and only COMMIT in a thread.

A statement takes microseconds, a hop to a thread fifty; so statements run on the event loop's thread and only COMMIT,
the one call that waits for the disk, leaves it. See `docs/adr/0002-sqlite-inline.md`.
"""

from __future__ import annotations

import asyncio
import functools
import re
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import StaticPool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from lms_adapters.sql.engine import StoreUnavailable, Transaction, Wake, retry_while, to_the_end

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=0",
    "temp_store=MEMORY",
    "secure_delete=ON",  # what is deleted or emptied is overwritten, not only let go
)


class InlineCursor(sqlite3.Cursor):
    """A cursor as SQLAlchemy's asyncio front expects it: reading on needs no waiting, so nothing is closed early."""

    async def _async_soft_close(self) -> None:
        """The result closes it when it is read."""


class InlineConnection(sqlite3.Connection):
    """Gives such cursors."""

    def cursor(self, factory: Any = InlineCursor) -> Any:
        return super().cursor(factory)


class InlineSqlite(SQLiteDialect_pysqlite):
    """The standard library's driver under SQLAlchemy's asyncio front: never waits, never ends our transaction."""

    is_async = True
    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """BEGIN IMMEDIATE is the database's."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """COMMIT is the database's."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """ROLLBACK is the database's."""


registry.register("sqlite.inline", __name__, "InlineSqlite")


@functools.cache
def numbered(sql: str) -> str:
    """`$1` as SQLite writes it: `?1`."""
    return re.sub(r"\$(\d+)", r"?\1", sql)


class SqliteDriver:
    """The kernel's statements, inline."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    async def fetch(self, sql: str, *args: Any) -> Sequence[Any]:
        return self.raw.execute(numbered(sql), args).fetchall()

    async def run(self, sql: str, *args: Any) -> None:
        self.raw.execute(numbered(sql), args)

    async def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.raw.executemany(numbered(sql), rows)

    def away(self, error: BaseException) -> bool:
        return False


class SqliteTransaction:
    """Holds the writer from BEGIN IMMEDIATE to the end."""

    def __init__(self, database: SqliteDatabase, driver: SqliteDriver, connection: AsyncConnection) -> None:
        self._database = database
        self.driver = driver
        self.connection = connection

    async def commit(self) -> None:
        try:
            await to_the_end(self._database.in_thread(self.driver.raw.commit))
        except sqlite3.Error as error:
            raise StoreUnavailable("the database could not save this") from error
        finally:
            await self.rollback()

    async def rollback(self) -> None:
        try:
            if self.driver.raw.in_transaction:
                self.driver.raw.rollback()
        finally:
            self._database.release()


class SqliteDatabase:
    """One file; readers apart from the one writer."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.dialect: Dialect = InlineSqlite(dbapi=sqlite3)
        self.wake = Wake()
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")

    def _connect(self) -> sqlite3.Connection:
        raw = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, cached_statements=512, factory=InlineConnection
        )
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        return raw

    async def open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            writer = await retry_while(_busy, self._connect, for_seconds=5)
            self._reads = self._connect()
            self._reads.execute("PRAGMA query_only=ON")
        except sqlite3.Error as error:
            raise StoreUnavailable("the database cannot be opened", note=str(self.path)) from error
        engine = create_async_engine(
            "sqlite+inline://", creator=lambda: writer, poolclass=StaticPool, hide_parameters=True
        )
        self._connection = await engine.connect()
        self._engine = engine
        self._driver = SqliteDriver(writer)

    async def begin(self, *, patient: bool = False) -> Transaction:
        here = asyncio.current_task()
        if self._holder is here is not None:
            raise RuntimeError("this task is in a transaction of this database already: a second would wait for ever")
        await self._turn.acquire()
        self._holder = here
        try:
            raw = self._driver.raw
            await retry_while(_busy, lambda: raw.execute("BEGIN IMMEDIATE"), for_seconds=5)
        except BaseException:
            self.release()
            raise
        return SqliteTransaction(self, self._driver, self._connection)

    async def read(self, sql: str, args: Sequence[Any]) -> Sequence[Any]:
        return self._reads.execute(numbered(sql), args).fetchall()

    def announce(self, topics: frozenset[str]) -> None:
        self.wake.ring(*topics)

    async def lead(self, name: str, owner: str) -> bool:
        return True  # the lock on the data folder leaves one process, and a process starts each worker once

    async def hold(self) -> bool:
        return True  # by the lock on the data folder as well

    def in_thread(self, work: Any) -> asyncio.Future[Any]:
        """Run in the database's own thread."""
        return asyncio.get_running_loop().run_in_executor(self._threads, work)

    def release(self) -> None:
        """Let the next writer in."""
        self._holder = None
        self._turn.release()

    async def tidy(self) -> None:
        """Bring the write-ahead log into the file and empty it: old pages stand there, with what was erased since."""
        async with self._turn:
            raw = self._driver.raw
            await to_the_end(self.in_thread(lambda: raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()))

    async def close(self) -> None:
        async with self._turn:
            await self._connection.close()
            await self._engine.dispose()
            self._driver.raw.close()
            self._reads.close()
            self._threads.shutdown(wait=False)


def _busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
