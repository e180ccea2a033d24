"""What `reads` measures: the platform as `lms up` runs it, and in the same process and server the bare endpoints.

Paths below `/-/` are the benchmark's: `/-/cpu` answers the CPU time of the process, `/-/learn/PATH` calls the platform
and remembers the SQL that its reads ran, `/-/bare/PATH` runs the same SQL with `sqlite3` and encodes the rows with
msgspec, and does nothing else; `/-/plan/PATH` answers how SQLite runs them.
"""

from __future__ import annotations

import cProfile
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from litestar.types import ASGIApp

from lms_adapters.platform.compose import Platform
from lms_adapters.platform.folder import control_socket
from lms_adapters.platform.run import run, start
from lms_adapters.platform.settings import Settings, Source
from lms_adapters.sql.sqlite import SqliteDatabase, numbered
from lms_cli.control import ControlServer
from lms_cli.platform import services
from services.analytics.adapters.duckdb.collection import DuckColumnStore
from services.analytics.ports.collection import ColumnStore

_JSON = (b"content-type", b"application/json")


class _Query:
    """One statement with its arguments, on a connection of its own."""

    def __init__(self, path: Path, sql: str, args: Sequence[Any]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA query_only=ON")
        self._sql, self._args = numbered(sql), args

    def __call__(self) -> list[dict[str, Any]]:
        cursor = self._connection.execute(self._sql, self._args)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def plan(self) -> list[str]:
        """As EXPLAIN QUERY PLAN tells it."""
        return [str(row[3]) for row in self._connection.execute(f"EXPLAIN QUERY PLAN {self._sql}", self._args)]


class _Totals:
    """The one statement that is not SQLite's: the days of /analytics/overview."""

    _sql = "SELECT day, type, events FROM type_day WHERE day >= today() - 29 ORDER BY day, type"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __call__(self) -> list[Any]:
        return self._connection.execute(self._sql).fetchall()

    def plan(self) -> list[str]:
        return ["DuckDB"]


class Bench:
    """Stands before the gateway."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._encode = msgspec.json.Encoder().encode
        self._container = platform.services["analytics"].container
        self._bare: dict[str, list[_Query | _Totals]] = {}
        self._learning: list[_Query | _Totals] | None = None
        self._profile = cProfile.Profile()
        for one in platform.services.values():
            if isinstance(one.database, SqliteDatabase):
                self._listen(one.database)

    def _listen(self, database: SqliteDatabase) -> None:
        read = database.read

        async def learned(sql: str, args: Sequence[Any]) -> Sequence[Any]:
            if self._learning is not None:
                self._learning.append(_Query(database.path, sql, args))
            return await read(sql, args)

        self._put: list[Callable[[], None]] = [*getattr(self, "_put", []), lambda: setattr(database, "read", read)]
        database.read = learned  # type: ignore[method-assign]

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """ASGI 3."""
        if scope["type"] != "http" or not scope["path"].startswith("/-/"):
            return self._app(scope, receive, send)
        return self._measure(scope, receive, send)

    async def _measure(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path.startswith("/-/bare/"):
            query = scope["query_string"].decode()
            queries = self._bare[path[7:] + (f"?{query}" if query else "")]
            body = self._encode([q() for q in queries] if len(queries) != 1 else queries[0]())
            await self._answer(send, body)
        elif path.startswith("/-/plan/"):
            query = scope["query_string"].decode()
            queries = self._bare[path[7:] + (f"?{query}" if query else "")]
            await self._answer(send, self._encode([q.plan() for q in queries]))
        elif path == "/-/cpu":
            await self._answer(send, str(time.process_time_ns()).encode())
        elif path == "/-/ready-to-measure":
            for put_back in self._put:
                put_back()
            await self._answer(send, b"ok")
        elif path == "/-/profile/on":
            self._profile.enable()
            await self._answer(send, b"on")
        elif path == "/-/profile/off":
            self._profile.disable()
            self._profile.dump_stats(scope["query_string"].decode())
            await self._answer(send, b"off")
        elif path.startswith("/-/learn/"):
            real = path[8:]
            query = scope["query_string"].decode()
            self._learning = [_Totals(await self._columnar())] if real.endswith("/analytics/overview") else []
            try:
                await self._app({**scope, "path": real, "raw_path": real.encode()}, receive, send)
            finally:
                self._bare[real + (f"?{query}" if query else "")] = self._learning
                self._learning = None

    async def _columnar(self) -> duckdb.DuckDBPyConnection:
        store = await self._container.get(ColumnStore)
        assert isinstance(store, DuckColumnStore)
        return store._opened().cursor()

    async def _answer(self, send: Any, body: bytes) -> None:
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [_JSON, length]})
        await send({"type": "http.response.body", "body": body})


def main(port: int) -> None:
    """As `lms up`, with the benchmark before the gateway."""
    source = Source()
    folder = Path(source.load(Settings, "lms").data)

    @asynccontextmanager
    async def beside(platform: Platform) -> AsyncIterator[None]:
        platform.neighbours["gateway"] = Bench(platform.neighbours["gateway"], platform)
        async with ControlServer(platform, control_socket(folder)):
            yield

    async def work() -> None:
        await run(services(), source, host="127.0.0.1", port=port, front="gateway", beside=beside)

    sys.exit(start(work))


if __name__ == "__main__":
    main(int(sys.argv[1]))
