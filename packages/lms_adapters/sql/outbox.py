"""The outbox: the insert-only log of what a service published, beside a table of what is still to be sent."""

from __future__ import annotations

import json
from collections.abc import Sequence

from lms_adapters.sql import erasure
from lms_adapters.sql.engine import Database, Driver, writing
from lms_core.domain.events import Envelope
from lms_core.domain.time import from_ms, to_ms

_COLUMNS = "event_id, source, type, key, at, traceparent, body"

_RECORD_POSTGRESQL = f"""
WITH o AS (
  INSERT INTO lms_outbox ({_COLUMNS})
  SELECT e, s, t, k, a, p, b
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[])
       WITH ORDINALITY u(e, s, t, k, a, p, b, n)
  ORDER BY n
  RETURNING id
)
INSERT INTO lms_outbox_todo SELECT id FROM o
"""  # noqa: S608
_RECORD_SQLITE = f"INSERT INTO lms_outbox ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id"  # noqa: S608
_PENDING = f"""
SELECT o.id, {_COLUMNS} FROM lms_outbox_todo t JOIN lms_outbox o ON o.id = t.id ORDER BY t.id LIMIT $1
"""  # noqa: S608
_LOG = f"SELECT id, {_COLUMNS} FROM lms_outbox WHERE id > $1 ORDER BY id LIMIT $2"  # noqa: S608
_SENT = {
    "sqlite": "DELETE FROM lms_outbox_todo WHERE id IN (SELECT value FROM json_each($1))",
    "postgresql": "DELETE FROM lms_outbox_todo "
    "WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json))",
}


async def record(driver: Driver, envelopes: Sequence[Envelope]) -> None:
    """Append to the log, as the last thing before COMMIT.

    On PostgreSQL a lock per key comes first, in a statement of its own: without it two writers that share no row could
    commit the events of one key in the wrong order, and one could be overlooked that is about somebody being erased.
    """
    await erasure.in_turn(driver, {e.key for e in envelopes}, erasure.LOG_LOCK)
    envelopes = await erasure.without_the_erased(driver.fetch, envelopes)
    rows = [(e.id, e.source, e.type, e.key, to_ms(e.time), e.traceparent, e.body) for e in envelopes]
    if driver.kind == "postgresql":
        await driver.run(_RECORD_POSTGRESQL, *map(list, zip(*rows, strict=True)))
        return
    for row in rows:
        [(id,)] = await driver.fetch(_RECORD_SQLITE, *row)
        await driver.run("INSERT INTO lms_outbox_todo VALUES ($1)", id)


class Outbox:
    """The log and the list of what is still to be sent, for the relay and for replays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pending(self, limit: int = 256) -> list[tuple[int, Envelope]]:
        """What is still to be sent, in order. A transaction that commits late simply appears in the next look."""
        return await self._envelopes(_PENDING, limit)

    async def log(self, *, after: int = 0, limit: int = 1000) -> list[tuple[int, Envelope]]:
        """The log from a position."""
        return await self._envelopes(_LOG, after, limit)

    async def sent(self, ids: Sequence[int]) -> None:
        """The bus has these."""
        async with writing(self._database) as driver:
            await driver.run(_SENT[driver.kind], json.dumps(list(ids)))

    async def _envelopes(self, sql: str, *args: object) -> list[tuple[int, Envelope]]:
        return [(row[0], envelope(row[1:8])) for row in await self._database.read(sql, args)]


def envelope(row: Sequence[object]) -> Envelope:
    """An envelope from the columns event_id, source, type, key, at, traceparent, body."""
    id, source, type_, key, at, traceparent, body = row
    return Envelope(
        id=str(id),
        source=str(source),
        type=str(type_),
        key=str(key),
        time=from_ms(int(at)),  # type: ignore[call-overload]
        traceparent=str(traceparent),
        body=bytes(body),  # type: ignore[call-overload]
    )
