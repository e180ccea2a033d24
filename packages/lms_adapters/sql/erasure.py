"""Who was erased, and what goes from outbox and inbox with them.

Two moments make it whole. **Ingest** writes a person down in `lms_erased` in the transaction that stores their
`UserErased`, and nulls what the inbox still holds of them: so no subscription is given their personal fields any more,
in whatever order its events come. **`<service>.erase`** nulls the service's own log. What is ingested or recorded about
them afterwards is nulled on its way in: streams have no order between them. On PostgreSQL a lock per person puts those
who write and those who erase one after the other; on SQLite there is one writer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any, Final

from lms_adapters.sql.engine import Driver
from lms_core.contracts.auth import UserErased
from lms_core.domain.events import MARKED, Envelope, nulled
from lms_core.domain.time import from_ms, to_ms

Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""`fetch(sql, *args)`: in a transaction or outside."""

_MARK = "INSERT INTO lms_erased (person, at) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING"
_ERASED = "SELECT person FROM lms_erased WHERE person = $1"
_LOCK = """
SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(k, $2) h FROM unnest($1::text[]) k ORDER BY 1) x
"""
LOG_LOCK: Final = 7
"""Of who writes the log about a key."""
_INBOX_LOCK: Final = 13
_HELD = "SELECT seq, type, key, body, error FROM lms_inbox WHERE sub = $1 AND key = $2 AND state < 4"
_NULL_HELD = "UPDATE lms_inbox SET body = $2, error = $3 WHERE seq = $1"
_LOGGED = "SELECT id, type, key, body FROM lms_outbox WHERE key = $1"
_NULL_LOGGED = "UPDATE lms_outbox SET body = $2 WHERE id = $1"


async def without_the_erased(fetch: Fetch, envelopes: Sequence[Envelope]) -> Sequence[Envelope]:
    """The events, nulled where they are about somebody who was erased."""
    people = sorted({e.key for e in envelopes if e.type in MARKED})
    erased = {person for person in people if await fetch(_ERASED, person)}
    return [nulled(e) if e.key in erased else e for e in envelopes] if erased else envelopes


async def receive(driver: Driver, envelopes: Sequence[Envelope], subs: Collection[str]) -> Sequence[Envelope]:
    """The events as the inbox may store them; the last thing it holds of people who go with them is nulled.

    `subs` are the subscriptions that are given personal fields.
    """
    leaving = {e.key: e for e in envelopes if (e.type, e.source) == (UserErased.type, UserErased.stream)}
    people = leaving.keys() | {e.key for e in envelopes if e.type in MARKED}
    if not people:
        return envelopes
    await in_turn(driver, people, _INBOX_LOCK)
    for person, event in sorted(leaving.items()):
        await driver.run(_MARK, person, to_ms(event.time))
        for sub in subs:
            for seq, type_, key, body, error in await driver.fetch(_HELD, sub, person):
                said = error and error.partition(":")[0]  # the rest may quote what is nulled
                await driver.run(_NULL_HELD, seq, _nulled(type_, key, body), said)
    return await without_the_erased(driver.fetch, envelopes)


async def null_log(driver: Driver, person: str) -> None:
    """Null what the service's own log says of somebody who was erased."""
    await in_turn(driver, (person,), LOG_LOCK)
    for id, type_, key, body in await driver.fetch(_LOGGED, person):
        if type_ in MARKED:
            await driver.run(_NULL_LOGGED, id, _nulled(type_, key, body))


async def is_erased(driver: Driver, person: str) -> bool:
    """Whether the service was told that they were."""
    return bool(await driver.fetch(_ERASED, person))


async def in_turn(driver: Driver, keys: Iterable[str], lock: int) -> None:
    """One after the other, until the transaction ends: those who take this lock of a key. SQLite has one writer."""
    if driver.kind == "postgresql":
        await driver.run(_LOCK, sorted(keys), lock)


def _nulled(type_: str, key: str, body: bytes) -> bytes:
    event = Envelope(id="", source="", type=type_, key=key, time=from_ms(0), traceparent="", body=bytes(body))
    return nulled(event).body
