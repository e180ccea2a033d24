"""What a service's tables know of a trace, and of what waits in them: each statement reads one index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam

from lms_adapters.sql.engine import Database
from lms_adapters.sql.inbox import State
from lms_adapters.sql.jobs import TO_DO
from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.pulse import MANY, Published
from lms_core.domain.time import to_ms
from lms_core.domain.traces import Step

MOST = 1000
"""Rows of a kind that one trace may show: a client may use one trace for everything it does."""
NEWEST = 100
"""Events that one look at the log brings."""
_OVERLAP, _OVERLAP_MS = 64, 15_000
"""A transaction that commits late appears below ids that were seen already; so far back the log is read again."""

# The expression is the one of the indexes lms_…_trace, to the letter.
_EVENTS = f"""
SELECT o.event_id, o.type, o.key, o.at, o.traceparent, t.id FROM lms_outbox o
LEFT JOIN lms_outbox_todo t ON t.id = o.id WHERE substr(o.traceparent, 4, 32) = $1 ORDER BY o.id LIMIT {MOST}
"""  # noqa: S608
_CONSUMERS = f"""
SELECT event_id, sub, state, attempts, since, done_at, error, span FROM lms_inbox
WHERE substr(traceparent, 4, 32) = $1 ORDER BY seq LIMIT {MOST}
"""  # noqa: S608
_JOBS = f"""
SELECT name, key, state, attempts, created, due, done_at, error, traceparent, span FROM lms_job
WHERE substr(traceparent, 4, 32) = $1 ORDER BY created, id LIMIT {MOST}
"""  # noqa: S608
_COUNTED = f"""
SELECT (SELECT count(*) FROM (SELECT 1 FROM lms_outbox_todo LIMIT {MANY}) a),
       (SELECT count(*) FROM (SELECT 1 FROM lms_inbox WHERE state < 4 LIMIT {MANY}) b),
       (SELECT count(*) FROM (SELECT 1 FROM lms_inbox WHERE state >= 2 AND state < 4 AND state = 3 LIMIT {MANY}) c),
       (SELECT count(*) FROM (SELECT 1 FROM lms_job WHERE {TO_DO} LIMIT {MANY}) d),
       (SELECT count(*) FROM (SELECT 1 FROM lms_job WHERE state = 3 LIMIT {MANY}) e),
       (SELECT coalesce(max(id), 0) FROM lms_outbox)
"""  # noqa: S608
_LOG = f"""
SELECT id, type, at, traceparent FROM lms_outbox
WHERE id > $1 AND (id > $2 OR at > $3) ORDER BY id DESC LIMIT {NEWEST}
"""  # noqa: S608
_JOB_STATES = {0: "open", 2: "done", 3: "dead"}
_SOON_MS = 60_000
"""A job that begins within that is waited for; one that begins later, such as the end of a deadline, is planned."""


class Traced(NamedTuple):
    """A row of a service's own that carries a trace id: what it is and how it stands, nothing personal."""

    what: str
    """`invoice 2026-000001`."""
    state: str
    at: datetime
    ended: datetime | None
    beside: str
    """The type of an event or the name of a job that was recorded in the same transaction,"""
    key: str
    """and the key it was recorded with."""


Tracing = Query[Traced]
"""Rows `within` a trace; the service's manifest lists its queries in `traced`."""
_KEYS = tuple(f"key_{n}" for n in range(50))


def within(key: Any, trace_id: Any) -> ColumnElement[bool]:
    """The condition of such a query: `trace_id` is the trace's, and `key` is one of the keys of its events and jobs.

    `key` is a column of UUIDs with a unique index. So no index on trace ids is needed, which every insert would pay.
    """
    keys = [bindparam(name, type_=Uuid()) for name in _KEYS]
    return and_(key.in_(keys), trace_id == bindparam("trace_id"))


class Counts(NamedTuple):
    """What waits, each up to `MANY`."""

    outbox: int
    open: int
    """Events of the inbox that are not handled, those given up included."""
    dead_letters: int
    jobs: int
    dead_jobs: int
    position: int


async def counts(database: Database, now: int) -> Counts:
    """What waits, and where the log ends."""
    [row] = await database.read(_COUNTED, (now,))
    return Counts(*row)


async def published(database: Database, after: int, now: int) -> list[Published]:
    """The newest events behind a position of the log, in order; some before it again, in case they came late."""
    rows = await database.read(_LOG, (after - _OVERLAP, after, now - _OVERLAP_MS))
    found = (Published(position=id, type=type_, at=at, trace_id=trace[3:35]) for id, type_, at, trace in rows)
    return sorted(found, key=lambda event: event.position)


async def steps(database: Database, service: str, own: Sequence[Tracing], trace_id: str, now: int) -> list[Step]:
    """Everything the service's database knows of a trace."""
    made: dict[tuple[str, str], str] = {}
    found = await _events(database, service, trace_id, made.setdefault)
    found += await _consumers(database, service, trace_id)
    found += await _jobs(database, service, trace_id, now, made.setdefault)
    reader = Reader(database)
    for some in _groups({key for _, key in made}) if own else ():
        for query in own:
            for row in await reader.all(query, trace_id=trace_id, **some):
                found.append(_record(service, row, made.get((row.beside, row.key), "")))
    return found


def _groups(keys: Iterable[str]) -> Iterator[dict[str, UUID]]:
    """The keys that are UUIDs as parameters of `within`; the last group is filled up with its first."""
    ids = iter(sorted(_uuids(keys)))
    while group := list(islice(ids, len(_KEYS))):
        yield dict(zip(_KEYS, group + group[:1] * (len(_KEYS) - len(group)), strict=True))


def _uuids(keys: Iterable[str]) -> Iterator[UUID]:
    for key in keys:
        try:
            yield UUID(key)
        except ValueError:
            continue


def _record(service: str, row: Traced, by: str) -> Step:
    ended = None if row.ended is None else to_ms(row.ended)
    return Step(kind="record", service=service, name=row.what, at=to_ms(row.at), ended=ended, state=row.state, by=by)


Note = Callable[[tuple[str, str], str], Any]
"""Remember in which span something was recorded."""


async def _events(database: Database, service: str, trace_id: str, note: Note) -> list[Step]:
    found = []
    for id, type_, key, at, traceparent, waiting in await database.read(_EVENTS, (trace_id,)):
        note((type_, key), traceparent[36:52])
        state = "sent" if waiting is None else "waiting"
        found.append(
            Step(kind="event", service=service, name=type_, at=at, state=state, by=traceparent[36:52], event=id)
        )
    return found


async def _consumers(database: Database, service: str, trace_id: str) -> list[Step]:
    return [
        Step(
            kind="consumer",
            service=service,
            name=sub,
            at=since,
            ended=done_at,
            state=State(state).word,
            attempts=attempts,
            error=_kind_of(error) if state in (State.BACKING_OFF, State.DEAD) else "",
            span=span or "",
            event=event_id,
        )
        for event_id, sub, state, attempts, since, done_at, error, span in await database.read(_CONSUMERS, (trace_id,))
    ]


async def _jobs(database: Database, service: str, trace_id: str, now: int, note: Note) -> list[Step]:
    found = []
    rows = await database.read(_JOBS, (trace_id,))
    for name, key, state, attempts, created, due, done_at, error, traceparent, span in rows:
        note((name, key or ""), traceparent[36:52])
        planned = state == 0 and attempts == 0 and due - now > _SOON_MS
        found.append(
            Step(
                kind="job",
                service=service,
                name=name,
                at=created,
                ended=done_at,
                due=due if planned else None,
                state="planned" if planned else _JOB_STATES[state],
                attempts=attempts,
                error=_kind_of(error),
                by=traceparent[36:52],
                span=span or "",
            )
        )
    return found


def _kind_of(error: str | None) -> str:
    """An error's class: what it says may be personal."""
    return (error or "").partition(":")[0]
