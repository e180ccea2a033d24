"""The inbox: what a service's subscriptions have received, and how far each has come.

*Ingest* stores raw events and the position in the publisher's stream in one transaction; it knows nothing of the
domain. Then, per subscription, one event of a key at a time is handled, its mark in the same transaction as its effect.
A failing event backs off and parks the later events of its own key; `NotYet` waits by age; what never succeeds becomes
a dead letter that holds its key until it is requeued or skipped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from lms_adapters.sql import erasure
from lms_adapters.sql.backoff import MAX_AGE, Backoff
from lms_adapters.sql.engine import Database, Driver, writing
from lms_adapters.sql.outbox import envelope
from lms_adapters.telemetry import tracing
from lms_core.domain.errors import NotYet, in_full
from lms_core.domain.events import MARKED, Envelope
from lms_core.domain.time import from_ms, to_ms
from lms_core.ports.clock import Clock


class State(IntEnum):
    """Where a received event stands. The numbers are literal in the indexes' predicates."""

    READY = 0
    PARKED = 1
    BACKING_OFF = 2
    DEAD = 3
    DONE = 4
    SKIPPED = 5

    @property
    def word(self) -> str:
        """As operators read it: `backing-off`."""
        return self.name.lower().replace("_", "-")


BACKOFF = Backoff(first=200, longest=300_000)
MAX_ATTEMPTS = BACKOFF.attempts()
"""About 300: a day."""

_ROW = "seq, event_id, source, type, key, at, traceparent, body, state, attempts, since"

_INGEST = {
    "sqlite": """
INSERT INTO lms_inbox (sub, event_id, source, type, key, at, traceparent, body, state, due, attempts, since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9) ON CONFLICT (sub, event_id) DO NOTHING
""",
    "postgresql": """
INSERT INTO lms_inbox (sub, event_id, source, type, key, at, traceparent, body, state, due, attempts, since)
SELECT s, e, src, t, k, a, p, b, 0, 0, 0, c
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bytea[],
            $9::bigint[])
     WITH ORDINALITY u(s, e, src, t, k, a, p, b, c, n)
ORDER BY n ON CONFLICT (sub, event_id) DO NOTHING
""",
}
_POSITION = """
INSERT INTO lms_ingest_pos (source, pos) VALUES ($1, $2) ON CONFLICT (source) DO UPDATE SET pos = excluded.pos
"""
# The head test is a scalar subquery on purpose: as NOT EXISTS the planner may filter the whole backlog for each head.
_HEADS = f"""
SELECT {_ROW} FROM lms_inbox i
WHERE i.sub = $1 AND i.state = 0
  AND i.seq = (SELECT min(b.seq) FROM lms_inbox b WHERE b.sub = i.sub AND b.key = i.key AND b.state < 4)
ORDER BY i.seq LIMIT $2
"""  # noqa: S608
_DUE = "SELECT seq FROM lms_inbox WHERE sub = $1 AND state = 2 AND due <= $2 ORDER BY due LIMIT 32"
_LOCK = f"SELECT {_ROW} FROM lms_inbox WHERE seq = $1 AND (state = 0 OR state = 2 AND due <= $2)"  # noqa: S608
_DONE = """
UPDATE lms_inbox SET state = 4, done_at = $1, body = $3, span = $4, error = NULL
WHERE seq = $2 AND state IN (0, 2) RETURNING seq
"""
_UNPARK = "UPDATE lms_inbox SET state = 0 WHERE sub = $1 AND key = $2 AND state = 1"
_PARK = "UPDATE lms_inbox SET state = 1 WHERE sub = $1 AND key = $2 AND state = 0"
_FAIL = """
UPDATE lms_inbox SET state = $1, due = $2, attempts = attempts + $3, error = $4
WHERE seq = $5 AND attempts = $6 AND state IN (0, 2) RETURNING seq
"""
_SWEEP_ORPHANS = """
UPDATE lms_inbox SET state = 0 WHERE state = 1 AND NOT EXISTS (
  SELECT 1 FROM lms_inbox b WHERE b.sub = lms_inbox.sub AND b.key = lms_inbox.key AND b.state >= 2 AND b.state < 4)
"""
_SWEEP_BLOCKED = """
UPDATE lms_inbox SET state = 1 WHERE state = 0 AND EXISTS (
  SELECT 1 FROM lms_inbox b WHERE b.sub = lms_inbox.sub AND b.key = lms_inbox.key AND b.state >= 2 AND b.state < 4
    AND b.seq < lms_inbox.seq)
"""
_REQUEUE = """
UPDATE lms_inbox SET state = 0, due = 0, attempts = 0 WHERE seq = $1 AND state IN (2, 3) RETURNING sub, key
"""
_SKIP = """
UPDATE lms_inbox SET state = 5, due = 0, attempts = 0, done_at = $2, body = $3, error = NULL
WHERE seq = $1 AND state IN (2, 3) RETURNING sub, key
"""
# What is parked is younger than what it is parked behind; each half reads the front of one index.
_WAITING = """
SELECT min(since) FROM (
  SELECT since FROM (SELECT since FROM lms_inbox WHERE sub = $1 AND state = 0 ORDER BY seq LIMIT 1) ready
  UNION ALL SELECT min(since) FROM lms_inbox WHERE sub = $1 AND state >= 2 AND state < 4) waiting
"""


@dataclass(frozen=True, slots=True)
class Received:
    """One event of the inbox."""

    seq: int
    envelope: Envelope
    state: State
    attempts: int
    since: int
    """When it was received, Unix milliseconds."""


def received(row: Sequence[Any]) -> Received:
    """From the columns of `_ROW`."""
    return Received(row[0], envelope(row[1:8]), State(row[8]), row[9], row[10])


class Inbox:
    """A service's inbox: the bus's sink, and what its workers and the operator do with it."""

    def __init__(self, database: Database, clock: Clock, name: str, routes: Mapping[str, Sequence[str]]) -> None:
        """`routes`: event type → names of the subscriptions that want it; `*` wants everything."""
        self.name = name
        self._database = database
        self._clock = clock
        self._routes = routes
        self._told_of_people = sorted({sub for type_ in (*MARKED, "*") for sub in routes.get(type_, ())})

    # the bus's side

    async def position(self, stream: str) -> str | None:
        """See `lms_core.ports.bus.Sink`."""
        rows = await self._database.read("SELECT pos FROM lms_ingest_pos WHERE source = $1", (stream,))
        return str(rows[0][0]) if rows else None

    async def ingest(self, stream: str, batch: Sequence[Envelope], position: str) -> None:
        """See `lms_core.ports.bus.Sink`."""
        everything = tuple(self._routes.get("*", ()))
        async with writing(self._database) as driver:
            batch = await erasure.receive(driver, batch, self._told_of_people)
            rows = [
                (sub, e.id, e.source, e.type, e.key, to_ms(e.time), e.traceparent, e.body, self._now(e))
                for e in batch
                for sub in (*self._routes.get(e.type, ()), *everything)
            ]
            if not rows:
                pass
            elif driver.kind == "sqlite":
                await driver.many(_INGEST["sqlite"], rows)
            else:
                await driver.run(_INGEST["postgresql"], *map(list, zip(*rows, strict=True)))
            await driver.run(_POSITION, stream, position)
        if rows:
            self._database.announce(frozenset({"inbox"}))

    def _now(self, event: Envelope) -> int:
        """As late as it is in the event's trace, see `Clock`; Unix milliseconds."""
        with tracing.resumed(event.traceparent):
            return to_ms(self._clock.now())

    # the worker's side; statements run in the worker's transaction

    async def heads(self, driver: Driver, sub: str, limit: int) -> list[Received]:
        """The oldest open event of up to `limit` keys, locked."""
        lock = " FOR UPDATE OF i SKIP LOCKED" if driver.kind == "postgresql" else ""
        return [received(row) for row in await driver.fetch(_HEADS + lock, sub, limit)]

    async def due(self, sub: str) -> list[int]:
        """Events whose time to try again has come."""
        rows = await self._database.read(_DUE, (sub, to_ms(self._clock.now())))
        return [row[0] for row in rows]

    async def next_due(self, sub: str) -> float | None:
        """Seconds until the next retry; None when nothing waits."""
        rows = await self._database.read("SELECT min(due) FROM lms_inbox WHERE sub = $1 AND state = 2", (sub,))
        return None if rows[0][0] is None else max(0.0, (rows[0][0] - to_ms(self._clock.now())) / 1000)

    async def lock(self, driver: Driver, seq: int) -> Received | None:
        """One event for a try of its own; None when another worker has it."""
        lock = " FOR UPDATE SKIP LOCKED" if driver.kind == "postgresql" else ""
        rows = await driver.fetch(_LOCK + lock, seq, to_ms(self._clock.now()))
        return received(rows[0]) if rows else None

    async def done(self, driver: Driver, sub: str, event: Received, span: str) -> None:
        """Mark it in the transaction of its effect. The mark stays as the deduplication; the body goes.

        `span`: the id of the span it was handled in, which is in the traceparent of all that it caused.
        """
        if not await driver.fetch(_DONE, to_ms(self._clock.now()), event.seq, b"", span):
            raise RuntimeError(f"inbox row {event.seq} was taken by another worker")
        if event.state is State.BACKING_OFF:
            await driver.run(_UNPARK, sub, event.envelope.key)

    async def fail(self, sub: str, event: Received, error: BaseException) -> State | None:
        """After the rollback: back off or give up, and park the rest of the key. None when the row had moved on."""
        now = to_ms(self._clock.now())
        attempts, waited = event.attempts + 1, self._now(event.envelope) - event.since
        if isinstance(error, NotYet):
            dead = waited > MAX_AGE / timedelta(milliseconds=1)
            due, counted = now + min(max(waited // 4, 50), BACKOFF.longest), 0
        else:
            dead = attempts >= MAX_ATTEMPTS
            due, counted = now + BACKOFF.pause(attempts), 1
        state = State.DEAD if dead else State.BACKING_OFF
        said = in_full(error)[:2000]
        async with writing(self._database) as driver:
            hit = await driver.fetch(_FAIL, int(state), due, counted, said, event.seq, event.attempts)
            if hit:
                await driver.run(_PARK, sub, event.envelope.key)
        return state if hit else None

    async def sweep(self) -> None:
        """Slowly, for what a crash between two statements or a late arrival may have left in the wrong state."""
        async with writing(self._database) as driver:
            await driver.run(_SWEEP_ORPHANS)
            await driver.run(_SWEEP_BLOCKED)

    # the operator's side

    async def backlog(self) -> dict[str, dict[str, int]]:
        """Open events per subscription and state."""
        rows = await self._database.read(
            "SELECT sub, state, count(*) FROM lms_inbox WHERE state < 4 GROUP BY sub, state", ()
        )
        counts: dict[str, dict[str, int]] = {}
        for sub, state, count in rows:
            counts.setdefault(sub, {})[State(state).word] = count
        return counts

    async def waiting_since(self, sub: str) -> datetime | None:
        """When the oldest open event of a subscription was received; None when all are handled."""
        rows = await self._database.read(_WAITING, (sub,))
        return None if rows[0][0] is None else from_ms(rows[0][0])

    async def dead_letters(self, *, failing: bool = False) -> list[dict[str, Any]]:
        """What was given up on, oldest first, with what it said; with `failing` what is still tried as well."""
        where = "state >= 2 AND state < 4" if failing else "state = 3"
        rows = await self._database.read(
            f"SELECT seq, sub, event_id, type, key, attempts, error, traceparent FROM lms_inbox "  # noqa: S608
            f"WHERE {where} ORDER BY seq",
            (),
        )
        names = ("seq", "subscription", "event_id", "type", "key", "attempts", "error", "traceparent")
        return [dict(zip(names, row, strict=True)) for row in rows]

    async def release(self, seq: int, *, skip: bool) -> bool:
        """Requeue (or skip) a dead letter or one that backs off, and let its key flow again. False: no such row."""
        async with writing(self._database) as driver:
            if skip:
                rows = await driver.fetch(_SKIP, seq, to_ms(self._clock.now()), b"")
            else:
                rows = await driver.fetch(_REQUEUE, seq)
            for sub, key in rows:
                await driver.run(_UNPARK, sub, key)
        self._database.announce(frozenset({"inbox"}))
        return bool(rows)

    async def prune(self, before: int, limit: int = 1000) -> int:
        """Forget handled events older than `before` (Unix ms), at most `limit`; how many went."""
        async with writing(self._database) as driver:
            old = await driver.fetch(
                "SELECT seq FROM lms_inbox WHERE state >= 4 AND done_at < $1 ORDER BY done_at LIMIT $2", before, limit
            )
            seqs = json.dumps([row[0] for row in old])
            each = (
                "SELECT value FROM json_each($1)"
                if driver.kind == "sqlite"
                else "SELECT value::bigint FROM json_array_elements_text($1::json)"
            )
            await driver.run(f"DELETE FROM lms_inbox WHERE seq IN ({each})", seqs)  # noqa: S608
        return len(old)
