"""DuckDB: raw events and their daily totals in one file. One thread has the connection, and one process the file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

import duckdb
from duckdb import DuckDBPyConnection

from lms_core.domain.errors import Unavailable
from services.analytics.domain.collection import RawEvent
from services.analytics.ports.collection import ColumnStore, DayTotal, Totals

P = ParamSpec("P")
T = TypeVar("T")

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_COLUMNS = {
    "id": "VARCHAR",
    "type": "VARCHAR",
    "source": "VARCHAR",
    "key": "VARCHAR",
    "time": "TIMESTAMP",
    "course_id": "UUID",
    "learner_id": "UUID",
    "enrollment_id": "UUID",
    "amount": "BIGINT",
    "currency": "VARCHAR",
    "percent": "BIGINT",
    "seconds": "BIGINT",
    "body": "JSON",
}
_ALWAYS = ("id", "type", "source", "key", "time", "body")
_DEFINED = ", ".join(f"{name} {kind}{' NOT NULL' if name in _ALWAYS else ''}" for name, kind in _COLUMNS.items())
_TABLES = f"""
CREATE TABLE IF NOT EXISTS batch (id UUID PRIMARY KEY, events INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS event ({_DEFINED});
CREATE TABLE IF NOT EXISTS type_day (
  day DATE, type VARCHAR, events BIGINT NOT NULL, newest TIMESTAMP NOT NULL, PRIMARY KEY (day, type));
"""
_INSERT = f"INSERT INTO event SELECT {', '.join(f'unnest(?::{kind}[])' for kind in _COLUMNS.values())}"
_COUNT = """
INSERT INTO type_day
SELECT time::DATE, type, count(*), max(time) FROM (SELECT unnest(?::VARCHAR[]) AS type, unnest(?::TIMESTAMP[]) AS time)
GROUP BY ALL
ON CONFLICT DO UPDATE SET events = events + excluded.events, newest = greatest(newest, excluded.newest)
"""
_KEPT = 32
"""Of how many first days the totals are remembered."""


class DuckColumnStore(ColumnStore):
    """Opened when first used, and again after a fault. Times are UTC.

    Nobody else writes to the file, so totals are remembered until the next batch: asking DuckDB takes over a
    millisecond. They are kept and forgotten in its thread.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="duckdb")
        self._connection: DuckDBPyConnection | None = None
        self._known: dict[date, Totals] = {}

    async def insert(self, batch_id: UUID, events: Sequence[RawEvent]) -> None:
        await self._in_thread(self._insert, batch_id, events)

    def _insert(self, connection: DuckDBPyConnection, batch_id: UUID, events: Sequence[RawEvent]) -> None:
        _insert(connection, batch_id, events)
        self._known.clear()

    async def totals(self, since: date) -> Totals:
        known = self._known.get(since)
        return await self._in_thread(self._totals, since) if known is None else known

    def _totals(self, connection: DuckDBPyConnection, since: date) -> Totals:
        if len(self._known) >= _KEPT:
            self._known.clear()
        totals = self._known[since] = _totals(connection, since)
        return totals

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        self._thread.shutdown(wait=False)

    async def _in_thread(
        self, work: Callable[Concatenate[DuckDBPyConnection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            try:
                return work(self._opened(), *args, **kwargs)
            except (duckdb.Error, OSError) as error:
                self._let_go()  # rolls back what was begun; a fatal fault spoils the connection
                raise Unavailable("the figures cannot be read or added to", note=self._reason(error)) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    def _opened(self) -> DuckDBPyConnection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(self._path, config=_SETTINGS)
            self._connection.execute(_TABLES)
        return self._connection

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        self._known.clear()
        if connection is not None:
            connection.close()

    def _reason(self, error: Exception) -> str:
        said = str(error).partition("\n")[0]
        if isinstance(error, duckdb.IOException) and "lock" in said:
            return f"{self._path} is open in another process: DuckDB admits one, run one analytics worker on it"
        return f"{self._path}: {said}"


def _insert(connection: DuckDBPyConnection, batch_id: UUID, events: Sequence[RawEvent]) -> None:
    connection.begin()
    if connection.execute("SELECT 1 FROM batch WHERE id = ?", [batch_id]).fetchone() is not None:
        connection.rollback()
        return
    columns = {name: [getattr(event, name) for event in events] for name in _COLUMNS}
    columns["time"] = [event.time.astimezone(UTC).replace(tzinfo=None) for event in events]
    connection.execute("INSERT INTO batch VALUES (?, ?)", [batch_id, len(events)])
    connection.execute(_INSERT, list(columns.values()))
    connection.execute(_COUNT, [columns["type"], columns["time"]])
    connection.commit()


def _totals(connection: DuckDBPyConnection, since: date) -> Totals:
    whole = connection.execute("SELECT coalesce(sum(events), 0)::BIGINT, max(newest) FROM type_day").fetchone()
    assert whole is not None
    days = connection.execute(
        "SELECT day, type, events FROM type_day WHERE day >= ? ORDER BY day, type", [since]
    ).fetchall()
    events, newest = whole
    return Totals(
        events=events,
        as_of=None if newest is None else newest.replace(tzinfo=UTC),
        days=[DayTotal(day=day, type=type, events=count) for day, type, count in days],
    )
