"""Looking into the platform's databases from outside, where counting over HTTP would be too slow. Reads only."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from tests.engines.postgres import Postgres

STORES = ("auth", "user", "course", "progress", "analytics", "billing", "notification")
Row = tuple[str | None, ...]
T = TypeVar("T")


class Stores:
    """Each service's database: a file of the data folder, or a PostgreSQL database `<prefix>_<service>`."""

    def __init__(self, data: Path, postgres: Postgres | None = None, prefix: str = "") -> None:
        self._data = data
        self._postgres = postgres
        self._prefix = prefix

    @property
    def on_postgresql(self) -> bool:
        """Rather than in files."""
        return self._postgres is not None

    def create(self) -> dict[str, str]:
        """The databases, fresh, and the settings that name them."""
        if self._postgres is None:
            return {}
        return {
            f"LMS_{name.upper()}_DATABASE_URL": self._postgres.create_database(f"{self._prefix}_{name}")
            for name in STORES
        }

    def rows(self, service: str, sql: str) -> list[Row]:
        """The rows of a query, as text; ids without hyphens."""
        if self._postgres is not None:
            found = self._postgres.query(sql, database=f"{self._prefix}_{service}")
        else:
            with closing(sqlite3.connect(f"file:{self._data / service}.db?mode=ro", uri=True)) as connection:
                found = [tuple(None if v is None else str(v) for v in row) for row in connection.execute(sql)]
        return [tuple(None if value is None else plain(value) for value in row) for row in found]

    def column(self, service: str, sql: str) -> list[str]:
        """The first column, NULLs left out."""
        return [row[0] for row in self.rows(service, sql) if row[0] is not None]

    def number(self, service: str, sql: str) -> int:
        """The one number of `SELECT <sql>`."""
        [(value,)] = self.rows(service, f"SELECT {sql}")
        return int(value or 0)

    def given_up(self) -> dict[str, int]:
        """Dead letters and dead jobs, by service; a healthy platform has none."""
        dead = {
            name: self.number(name, "count(*) FROM lms_inbox WHERE state = 3")
            + self.number(name, "count(*) FROM lms_job WHERE state = 3")
            for name in STORES
        }
        return {name: count for name, count in dead.items() if count}

    def waiting(self) -> dict[str, str]:
        """What is not done yet, by service: unsent events, unhandled events, open jobs that are not put off."""
        found = {}
        for name in STORES:
            counts = [
                self.number(name, f"count(*) FROM {what}")
                for what in (
                    "lms_outbox_todo",
                    "lms_inbox WHERE state < 3",
                    "lms_job WHERE state = 0 AND NOT (attempts = 0 AND due > created)",
                )
            ]
            if any(counts):
                found[name] = "outbox {} inbox {} jobs {}".format(*counts)
        return found


def plain(value: str) -> str:
    """An id as both databases write it in the end; anything else as it is."""
    return value.replace("-", "") if len(value) == 36 and value.count("-") == 4 else value


async def until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> float:
    """Look until it holds (is empty or None or True); how long it took. What it last said is in the failure."""
    began = time.monotonic()
    while (said := condition()) not in ({}, [], None, True):
        assert time.monotonic() - began < seconds, f"after {seconds:.0f} s still not {what}: {str(said)[:2000]}"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def until_asked(
    ask: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], what: str, seconds: float = 30
) -> T:
    """Ask until the answer is as wanted."""
    began = time.monotonic()
    while not wanted(answer := await ask()):
        assert time.monotonic() - began < seconds, f"after {seconds:.0f} s still not {what}: {str(answer)[:2000]}"
        await asyncio.sleep(0.1)
    return answer
