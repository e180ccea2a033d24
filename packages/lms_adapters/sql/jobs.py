"""Durable jobs: leased by a visibility timeout, so that a worker that dies needs no one to notice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lms_adapters.sql.backoff import Backoff
from lms_adapters.sql.engine import Database, Driver, writing
from lms_adapters.telemetry import tracing
from lms_core.domain.errors import in_full
from lms_core.domain.events import encode
from lms_core.domain.ids import uuid7
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.jobs import Job

LEASE_MS = 60_000
_KEPT_MS = 14 * 24 * 3600 * 1000
"""How long a job that is done can still be looked at."""
BACKOFF = Backoff(first=500, longest=600_000)
MAX_ATTEMPTS = BACKOFF.attempts()
"""About 150: a day."""

_ENQUEUE = """
INSERT INTO lms_job (id, name, key, args, traceparent, state, due, attempts, created)
VALUES ($1, $2, $3, $4, $5, 0, $6, 0, $7) ON CONFLICT (name, key) WHERE state = 0 DO NOTHING
"""
_CLAIM = """
UPDATE lms_job SET due = $1, attempts = attempts + 1, token = $2 WHERE id IN (
  SELECT id FROM lms_job WHERE state = 0 AND due <= $3 ORDER BY due LIMIT $4 {lock})
RETURNING id, name, args, traceparent, attempts, token
"""
_FINISH = """
UPDATE lms_job SET state = 2, done_at = $1, error = NULL, span = $4
WHERE id = $2 AND token = $3 AND state = 0 RETURNING id
"""
TO_DO = "state = 0 AND (due <= $1 OR attempts > 0)"
"""Jobs that are still to be done at the time $1; not those that were put off to a later one."""
# each half counts one partial index: nothing of what was done is looked at
_BACKLOG = f"""
SELECT (SELECT count(*) FROM lms_job WHERE {TO_DO}), (SELECT count(*) FROM lms_job WHERE state = 3)
"""  # noqa: S608
_PRUNE = """
DELETE FROM lms_job WHERE id IN (
  SELECT id FROM lms_job WHERE id < $1 AND state = 2 AND done_at < $2 ORDER BY id LIMIT $3) RETURNING id
"""
_RETRY = "UPDATE lms_job SET state = $1, due = $2, error = $3, token = NULL WHERE id = $4 AND token = $5 AND state = 0"


@dataclass(frozen=True, slots=True)
class Queued:
    """A job to be put into the queue with the transaction."""

    id: str
    name: str
    key: str | None
    args: bytes
    traceparent: str
    due: int
    created: int


@dataclass(frozen=True, slots=True)
class Leased:
    """A job that this worker has until the lease runs out."""

    id: str
    name: str
    args: bytes
    traceparent: str
    attempt: int
    token: str


def queued(job: Job, *, id: UUID, now: datetime, key: str | None = None, at: datetime | None = None) -> Queued:
    """A job as it stands in the queue: it belongs to the trace that is running, and is due now unless `at` is later."""
    return Queued(
        id=str(id),
        name=job.name,
        key=key,
        args=encode(job),
        traceparent=tracing.traceparent(),
        due=to_ms(now if at is None else at),
        created=to_ms(now),
    )


async def enqueue(driver: Driver, jobs: Sequence[Queued]) -> None:
    """In the transaction of the use case."""
    await driver.many(_ENQUEUE, [(j.id, j.name, j.key, j.args, j.traceparent, j.due, j.created) for j in jobs])


async def finish(driver: Driver, leased: Leased, now: int) -> None:
    """Mark it done in the transaction of its result, with the span it runs in.

    Raises LostLease when another worker finished or took it.
    """
    if not await driver.fetch(_FINISH, now, leased.id, leased.token, tracing.span_id()):
        raise LostLease(leased.id)


class LostLease(Exception):
    """The job ran too long and another worker has it now: this result must not count."""


class JobQueue:
    """What workers and operators do with the queue."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, token: str, limit: int = 16) -> list[Leased]:
        """Take up to `limit` due jobs for the length of a lease."""
        now = to_ms(self._clock.now())
        if not await self._database.read("SELECT 1 FROM lms_job WHERE state = 0 AND due <= $1 LIMIT 1", (now,)):
            return []
        async with writing(self._database) as driver:
            lock = "FOR UPDATE SKIP LOCKED" if driver.kind == "postgresql" else ""
            rows = await driver.fetch(_CLAIM.format(lock=lock), now + LEASE_MS, token, now, limit)
        return [Leased(row[0], row[1], bytes(row[2]), row[3], row[4], row[5]) for row in rows]

    async def inherit(self) -> None:
        """Take over what a dead process had claimed, without waiting for its leases to run out.

        Only where the store says that no other process can be alive: on SQLite, whose data folder is locked.
        """
        if self._database.kind == "sqlite":
            await self._write(
                "UPDATE lms_job SET due = $1, token = NULL WHERE state = 0 AND token IS NOT NULL",
                to_ms(self._clock.now()),
            )

    async def next_due(self) -> float | None:
        """Seconds until the next job is due; None when none waits."""
        rows = await self._database.read("SELECT min(due) FROM lms_job WHERE state = 0", ())
        return None if rows[0][0] is None else max(0.0, (rows[0][0] - to_ms(self._clock.now())) / 1000)

    async def failed(self, leased: Leased, error: BaseException) -> bool:
        """Back off with jitter, or give up after `MAX_ATTEMPTS`; whether it was given up."""
        dead = leased.attempt >= MAX_ATTEMPTS
        pause = BACKOFF.pause(leased.attempt)
        due = to_ms(self._clock.now()) + pause + _jitter(leased, pause)
        await self._write(_RETRY, 3 if dead else 0, due, in_full(error)[:2000], leased.id, leased.token)
        return dead

    async def listing(self, *, dead: bool = False, limit: int = 100) -> list[dict[str, Any]]:
        """Open jobs by due time, or the dead ones."""
        rows = await self._database.read(
            "SELECT id, name, key, state, due, attempts, error, traceparent FROM lms_job WHERE state = $1 "
            "ORDER BY due LIMIT $2",
            (3 if dead else 0, limit),
        )
        names = ("id", "name", "key", "state", "due", "attempts", "error", "traceparent")
        return [dict(zip(names, row, strict=True)) for row in rows]

    async def backlog(self) -> dict[str, int]:
        """How many are open, but for those that were put off, and how many dead."""
        [(open_, dead)] = await self._database.read(_BACKLOG, (to_ms(self._clock.now()),))
        return {"open": open_, "dead": dead}

    async def requeue(self, id: str) -> bool:
        """Give a dead job its attempts again, now. False: no such job."""
        hit = await self._changed("state = 0, attempts = 0, due = $1", "state = 3", id)
        self._database.announce(frozenset({"jobs"}))
        return hit

    async def cancel(self, id: str) -> bool:
        """Take an open or dead job out; it stays in the table as done, with its error. False: no such job."""
        values = "state = 2, done_at = $1, error = 'cancelled by the operator'"
        return await self._changed(values, "state IN (0, 3)", id)

    async def prune(self, limit: int = 1000) -> int:
        """Forget jobs that were done two weeks ago, at most `limit`; how many went.

        A job is no younger than its id, so that the primary key finds the old ones.
        """
        before = to_ms(self._clock.now()) - _KEPT_MS
        async with writing(self._database) as driver:
            return len(await driver.fetch(_PRUNE, str(uuid7(before, bytes(10))), before, limit))

    async def _changed(self, values: str, where: str, id: str) -> bool:
        async with writing(self._database) as driver:
            sql = f"UPDATE lms_job SET {values} WHERE id = $2 AND {where} RETURNING id"  # noqa: S608
            return bool(await driver.fetch(sql, to_ms(self._clock.now()), id))

    async def _write(self, sql: str, *args: object) -> None:
        async with writing(self._database) as driver:
            await driver.run(sql, *args)


def _jitter(leased: Leased, pause: int) -> int:
    """Up to half of the pause, foretold by the job and the attempt: spread out, yet the same in every run."""
    digest = hashlib.blake2b(f"{leased.id}/{leased.attempt}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) * (pause // 2) // 2**32
