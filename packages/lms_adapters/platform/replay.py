"""Rebuild a projection from the publishers' logs beside its live tables; tell the difference, or mend it.

Never a broker: the logs are the outboxes of the publishing services, this one's own among them. The rebuild happens in
a scratch database (SQLite: a file in a temporary folder; PostgreSQL: a schema `lms_replay_…`, dropped at the end), with
the service's own revisions, wiring and use case. Streams are read one after the other, the service's own last, each in
the order of its log; an event that cannot be handled yet holds up its key and is tried again until nothing moves.

**What counts is what the live projection has handled**, so that an event on its way is no difference: the service's own
events, up to the end of its log; and of others' events those that the inbox has marked as done, those that it may have
forgotten because they are older than it remembers, and those that it never got although later ones of the same stream
have arrived: lost by a broker, or older than the subscription, and a replay is the remedy. What is open in the inbox or
has not reached it is left to the inbox, unless the operator says that what has not come is `lost`; and what was skipped
is left out.

**The moment of comparison** is one: most is read without holding anybody up; then this service's writers are held
(SQLite: the one writer; PostgreSQL: a lock on the projection's tables), what came meanwhile is read as well, and the
tables are compared and mended in that one transaction. Nobody sees half of it, and readers go on reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

import msgspec
from dishka import AsyncContainer
from opentelemetry.trace import SpanKind

from lms_adapters.broadcast.memory import MemoryBroadcast
from lms_adapters.bus.memory import Log, Position
from lms_adapters.platform.compose import RunningService
from lms_adapters.platform.event_runner import deliver
from lms_adapters.platform.service import Service, Subscription
from lms_adapters.platform.workers import INBOX_KEPT_MS
from lms_adapters.sql.difference import RowDifference, compared, described, mend, quoted
from lms_adapters.sql.engine import Database, StoreUnavailable, open_database, writing
from lms_adapters.sql.erasure import without_the_erased
from lms_adapters.sql.inbox import State
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.uow import Ambient, Batch
from lms_adapters.telemetry import tracing
from lms_core.domain.errors import in_full
from lms_core.domain.events import Envelope
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock

CHUNK = 500
ROUNDS = 10


class CannotReplay(Exception):
    """What is asked for cannot be rebuilt; one line says why."""


class Unhandled(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the live projection has handled and the rebuild could not."""

    event_id: str
    type: str
    key: str
    error: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay found."""

    subscription: str
    handled: int
    """Events that the rebuild was made from."""
    waiting: int
    """Events that were left to the inbox."""
    rows: list[RowDifference]
    unhandled: list[Unhandled]
    """While there are any, nothing is mended: the rebuild is not whole."""
    mended: bool

    @property
    def none(self) -> bool:
        """The live tables are what the events make of them."""
        return not self.rows and not self.unhandled


async def replay(
    name: str,
    running: RunningService,
    logs: Mapping[str, Log],
    *,
    verify: bool = False,
    lost: bool = False,
    without: Collection[str] = (),
    progress: Callable[[int], None] = lambda _handled: None,
) -> Difference:
    """Compare the projection `name` with what its events make of it; unless `verify`, mend it in one transaction.

    `logs` holds the publishers' outboxes by stream; `lost` says that what the inbox has not got will not come; what is
    named in `without` (event ids) is left out; `progress` hears how many events were handled. Raises CannotReplay for a
    name that is no projection of this service, or when a log is missing.
    """
    subscription, live = _projection(running.service, name), running.database
    assert live is not None
    sources = list(_logs(running, subscription, logs))
    async with _scratch(running, live) as scratch, _container(running, scratch) as container:
        rebuild = _Rebuild(subscription, container, scratch, running.clock, progress)
        readers = [_Reader(subscription, running, stream, log, frozenset(without), lost) for stream, log in sources]
        await rebuild.catch_up(readers)
        transaction = await live.begin(patient=True)
        try:
            if live.kind == "postgresql":
                names = ", ".join(map(quoted, subscription.tables))
                await transaction.driver.run(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
            await rebuild.take_from(readers, until=None)
            tables = await transaction.connection.run_sync(described, subscription.tables)
            found = [row for table in tables async for row in compared(table, transaction.driver, scratch)]
            unhandled = rebuild.unhandled()
            mended = bool(found) and not verify and not unhandled
            if mended:
                await mend(transaction.driver, tables, found)
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.commit() if mended else transaction.rollback())
        return Difference(
            subscription=name,
            handled=rebuild.handled,
            waiting=sum(reader.waiting for reader in readers),
            rows=[row.told() for row in found],
            unhandled=unhandled,
            mended=mended,
        )


def _projection(service: Service, name: str) -> Subscription:
    subscription = next((s for s in service.subscriptions if s.name == name), None)
    if subscription is None:
        raise CannotReplay(f"{service.name} has no subscription {name}")
    if not subscription.replayable:
        raise CannotReplay(f"{name} is a reaction, no projection: it is never replayed")
    return subscription


def _logs(running: RunningService, subscription: Subscription, logs: Mapping[str, Log]) -> Iterator[tuple[str, Log]]:
    own = running.service.stream
    for stream in sorted({e.stream for e in subscription.events}, key=lambda s: (s == own, s)):
        if stream not in logs:
            raise CannotReplay(f"{subscription.name} needs the log of {stream}, which cannot be read from here")
        yield stream, logs[stream]


# beside the live tables


@contextlib.asynccontextmanager
async def _scratch(running: RunningService, live: Database) -> AsyncIterator[Database]:
    """An empty database of the same kind, with the service's tables, gone afterwards."""
    async with contextlib.AsyncExitStack() as life:
        if live.kind == "sqlite":
            folder = life.enter_context(tempfile.TemporaryDirectory(prefix="lms-replay-"))
            scratch = open_database(f"sqlite:///{folder}/scratch.db")
        else:
            from lms_adapters.sql.postgresql import PostgresDatabase

            schema = await life.enter_async_context(_schema(live))
            scratch = PostgresDatabase(running.settings.database_url, pool=4, schema=schema)
        await scratch.open()
        life.push_async_callback(scratch.close)
        await migrate(scratch, running.service.revisions)
        yield scratch


@contextlib.asynccontextmanager
async def _schema(live: Database) -> AsyncIterator[str]:
    schema = f"lms_replay_{uuid4().hex}"
    async with writing(live) as driver:
        await driver.run(f"CREATE SCHEMA {schema}")
    try:
        yield schema
    finally:
        async with writing(live) as driver:
            await driver.run(f"DROP SCHEMA {schema} CASCADE")


@contextlib.asynccontextmanager
async def _container(running: RunningService, scratch: Database) -> AsyncIterator[AsyncContainer]:
    container = await running.beside(scratch, MemoryBroadcast())
    try:
        yield container
    finally:
        await container.close()


# which events


_STATES = """
SELECT event_id, max(CASE WHEN sub = $1 THEN state ELSE -1 END) FROM lms_inbox
WHERE sub IN ({}) AND event_id IN ({}) GROUP BY event_id
"""
_EACH = {
    "sqlite": ("SELECT value FROM json_each($2)", "SELECT value FROM json_each($3)"),
    "postgresql": ("SELECT json_array_elements_text($2::json)", "SELECT json_array_elements_text($3::json)"),
}
ELSEWHERE = -1
"""Received by another subscription of the service, not by this one."""


class _Reader:
    """Brings the events of a stream that count; those that do not yet are asked about again the next time."""

    def __init__(
        self,
        subscription: Subscription,
        running: RunningService,
        stream: str,
        log: Log,
        without: frozenset[str],
        lost: bool,
    ) -> None:
        service = running.service
        assert running.database is not None
        self._sub = subscription.name
        self._subs = json.dumps([s.name for s in service.subscriptions])
        self._own = stream == service.stream
        self._types = {e.type for e in subscription.events if e.stream == stream}
        self._log = log
        self._without = without
        self._live = running.database
        now = to_ms(running.clock.now())
        self._given_up = now if lost else now - INBOX_KEPT_MS
        """Of what is older nobody waits for it to arrive."""
        self._position = Position()
        self._open: list[Envelope] = []
        self._unseen: list[Envelope] = []

    @property
    def waiting(self) -> int:
        """How many do not count yet."""
        return len(self._open) + len(self._unseen)

    async def read(self, until: datetime | None) -> AsyncIterator[list[Envelope]]:
        """What counts and was not brought before, in the order of the log; to its end, or about to a moment."""
        held, self._open, self._unseen = [*self._open, *self._unseen], [], []
        for some in _chunks(held):
            yield await self._counting(some)
        async for rows in self._rows():
            self._position = self._position.after([id for id, _ in rows])
            yield await self._counting([e for _, e in rows])
            if until is not None and (len(rows) < CHUNK or rows[-1][1].time > until):
                return

    async def _rows(self) -> AsyncIterator[list[tuple[int, Envelope]]]:
        for first, end in self._position.gaps:  # an id may be committed after a later one
            late = [row for row in await self._log.log(after=first - 1, limit=end - first + 1) if row[0] <= end]
            if late:
                yield late
        while rows := await self._log.log(after=self._position.last, limit=CHUNK):
            yield rows

    async def _counting(self, events: list[Envelope]) -> list[Envelope]:
        if self._own:
            return await self._readable([event for event in events if self._wanted(event)])
        states, counting = await self._states(events), list[Envelope]()
        for event in events:
            state = states.get(event.id)
            if state is not None:  # ingest has come this far: what it never got was lost
                counting += self._unseen
                self._unseen.clear()
            if state == State.SKIPPED or not self._wanted(event):
                continue
            if state is None and to_ms(event.time) > self._given_up:
                self._unseen.append(event)
            elif state in (None, ELSEWHERE, State.DONE):
                counting.append(event)
            else:
                self._open.append(event)
        return await self._readable(counting)

    async def _readable(self, events: list[Envelope]) -> list[Envelope]:
        """As ingest would store them now: a publisher may not have heard yet that somebody was erased."""
        return [*await without_the_erased(lambda sql, *args: self._live.read(sql, args), events)]

    def _wanted(self, event: Envelope) -> bool:
        return event.type in self._types and event.id not in self._without

    async def _states(self, events: list[Envelope]) -> dict[str, int]:
        sql = _STATES.format(*_EACH[self._live.kind])
        rows = await self._live.read(sql, (self._sub, self._subs, json.dumps([e.id for e in events])))
        return {row[0]: row[1] for row in rows}


# the rebuild


class _Rebuild:
    """Handles events in the scratch database; one that cannot be handled yet holds up its key."""

    def __init__(
        self,
        subscription: Subscription,
        container: AsyncContainer,
        scratch: Database,
        clock: Clock,
        progress: Callable[[int], None],
    ) -> None:
        self.handled = 0
        self._subscription = subscription
        self._container = container
        self._scratch = scratch
        self._clock = clock
        self._progress = progress
        self._parked: list[Envelope] = []
        self._blocked: set[tuple[str, str]] = set()
        self._errors: dict[str, str] = {}

    async def catch_up(self, readers: Sequence[_Reader]) -> None:
        """Each round takes what came during the one before, until little is left to hold others up for."""
        for _ in range(ROUNDS):
            before = self.handled
            await self.take_from(readers, until=self._clock.now())
            if self.handled - before < CHUNK:
                return

    async def take_from(self, readers: Sequence[_Reader], *, until: datetime | None) -> None:
        """Everything that counts and was not taken before; then what waited, until nothing moves."""
        for reader in readers:
            async for events in reader.read(until):
                await self._handle(events)
        moved = True
        while moved and self._parked:
            again, self._parked, before = self._parked, [], self.handled
            self._blocked.clear()
            for events in _chunks(again):
                await self._handle(events)
            moved = self.handled > before

    def unhandled(self) -> list[Unhandled]:
        """What is left over, and why."""
        behind = "an earlier event of its key comes first"
        return [
            Unhandled(event_id=e.id, type=e.type, key=e.key, error=self._errors.get(e.id, behind)) for e in self._parked
        ]

    async def _handle(self, events: list[Envelope]) -> None:
        async with Batch(await self._scratch.begin()) as batch:
            for event in events:
                key = (event.source, event.key)
                if key in self._blocked or not await self._handled(event, batch):
                    self._blocked.add(key)
                    self._parked.append(event)
                await asyncio.sleep(0)  # on SQLite nothing else would let the others run
            if batch.events or batch.jobs:
                raise CannotReplay(f"{self._subscription.name} records events or jobs: that is no projection")
            await batch.commit(self._scratch)
        self._progress(self.handled)

    async def _handled(self, event: Envelope, batch: Batch) -> bool:
        await batch.driver.run("SAVEPOINT one")
        try:
            with tracing.span(self._subscription.name, event.traceparent, kind=SpanKind.CONSUMER):
                await deliver(self._container, self._subscription, event, Ambient(self._subscription.name, outer=batch))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it says: told with the event, or gone at the next try
            self._errors[event.id] = in_full(error)
            await batch.driver.run("ROLLBACK TO SAVEPOINT one")
            batch.broken = False
            return False
        await batch.driver.run("RELEASE SAVEPOINT one")
        self._errors.pop(event.id, None)
        self.handled += 1
        return True


def _chunks(events: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    for begin in range(0, len(events), CHUNK):
        yield list(events[begin : begin + CHUNK])
