"""The unit of work on SQL: one transaction, with the outbox, the jobs and the idempotency key in it."""

from __future__ import annotations

from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from lms_adapters.sql import jobs, outbox
from lms_adapters.sql.engine import Database, Driver, StoreUnavailable, Transaction
from lms_adapters.sql.idempotency import Key, claim_key, keep_answer
from lms_adapters.sql.repository import taken
from lms_adapters.telemetry import tracing
from lms_core.domain.errors import Conflict, Invalid, Raced, Refusal, TooLarge
from lms_core.domain.events import Envelope, Event, encode
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.jobs import Job
from lms_core.ports.uow import RolledBack

MAX_EVENT = 900_000
"""Bytes of an event's body: brokers take a megabyte, headers included."""


@dataclass(slots=True)
class Ambient:
    """What surrounds a unit of work: a request's key and caller, a worker's transaction, a job's lease."""

    actor: UUID | str = "system"
    key: Key | None = None
    outer: Batch | None = None
    leased: jobs.Leased | None = None
    finished: bool = False
    """The job's row was marked in the use case's own transaction."""


AMBIENT: ContextVar[Ambient | None] = ContextVar("lms_ambient", default=None)


@dataclass(slots=True)
class Batch:
    """A transaction on its way to COMMIT, with what is written last: events, jobs, audit rows.

    `async with Batch(await database.begin()) as batch:` rolls back what the block has not committed.
    """

    transaction: Transaction
    events: list[Envelope] = field(default_factory=list)
    jobs: list[jobs.Queued] = field(default_factory=list)
    audit: list[tuple[str, int, str, str, str, str, str]] = field(default_factory=list)
    broken: bool = False
    """A unit of work in it was rolled back, and the rest cannot be told from it."""
    _ended: bool = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.rollback()

    @property
    def driver(self) -> Driver:
        """The kernel's way into this transaction."""
        return self.transaction.driver

    async def commit(self, database: Database) -> None:
        """Write what was gathered, commit, and wake whoever it concerns. What fails is rolled back.

        Raises RolledBack when a unit of work in it was.
        """
        topics = set()
        try:
            if self.broken:
                raise RolledBack
            if self.jobs:
                await jobs.enqueue(self.driver, self.jobs)
                topics.add("jobs")
            if self.audit:
                await self.driver.many(_AUDIT, self.audit)
            if self.events:
                await outbox.record(self.driver, self.events)
                topics.add("outbox")
        except BaseException:
            await self.rollback()
            raise
        self._ended = True
        try:
            await self.transaction.commit()
        finally:  # a cancelled commit may well have happened
            if topics:
                database.announce(frozenset(topics))

    async def rollback(self) -> None:
        """Make it never have been, unless it has ended already."""
        if not self._ended:
            self._ended = True
            await self.transaction.rollback()


_AUDIT = """
INSERT INTO lms_audit (id, at, actor, action, subject, facts, traceparent) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


_RIVALS = ("40001", "40P01")
"""SQLSTATEs of a serialization failure and of a deadlock."""
_NO_TEXT = "22021"
"""The SQLSTATE of a character that text cannot hold: PostgreSQL keeps no NUL."""
_GONE = ("08", "57P")
"""Classes of SQLSTATE that mean the server is away or going."""


def refusal_of(error: BaseException, driver: Driver) -> Refusal | None:
    """What a database's error means to the caller, where it is not our fault.

    Raced, Conflict, StoreUnavailable, or Invalid.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, Refusal):
        state = str(getattr(getattr(cause, "orig", cause), "sqlstate", None) or "")
        if state in _RIVALS:
            return Raced()
        if taken(cause):
            return Conflict("it is there already")
        if state == _NO_TEXT:
            return Invalid("text cannot hold the character NUL")
        if state.startswith(_GONE) or getattr(cause, "connection_invalidated", False) or driver.away(cause):
            return StoreUnavailable("the database cannot be reached")
        cause = cause.__cause__
    return None


class LateSession(AsyncSession):
    """A session that is set up when it is first used: most requests only read, and need none."""

    def __init__(self) -> None:
        """Nothing yet."""

    def __getattr__(self, name: str) -> Any:
        """What `AsyncSession.__init__` would have set."""
        if "sync_session" in self.__dict__:
            raise AttributeError(name)
        super().__init__(expire_on_commit=False)
        return getattr(self, name)


class SqlUnitOfWork:
    """See `lms_core.ports.uow.UnitOfWork`."""

    def __init__(self, database: Database, session: AsyncSession, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._session = session
        self._clock = clock
        self._ids = ids
        self._batch: Batch | None = None
        self._entered = False
        self._answer: UUID | None = None

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a unit of work is entered once per request, event or job")
        self._entered = True
        ambient = self._ambient = AMBIENT.get() or Ambient()
        self._batch = ambient.outer or Batch(await self._database.begin())
        try:
            if ambient.key is not None:
                await claim_key(self._batch.driver, ambient.key, to_ms(self._clock.now()))
            connection = self._batch.transaction.connection
            self._session.sync_session.bind, self._session.bind = connection.sync_connection, connection
        except BaseException:
            await self._roll_back()
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        batch, ambient = self._open, self._ambient
        if exc is not None:
            await self._roll_back()
            if (refusal := refusal_of(exc, batch.driver)) is not None:
                raise refusal from exc
            return
        try:
            await self._flush()
            if ambient.key is not None:
                await keep_answer(batch.driver, ambient.key, self._answer, to_ms(self._clock.now()))
            if ambient.leased is not None and not ambient.finished:
                await jobs.finish(batch.driver, ambient.leased, to_ms(self._clock.now()))
        except BaseException as error:
            await self._roll_back()
            if (refusal := refusal_of(error, batch.driver)) is not None:
                raise refusal from error
            raise
        self._batch = None
        if ambient.outer is None:
            await batch.commit(self._database)
        ambient.finished = ambient.leased is not None

    async def _flush(self) -> None:
        try:
            await self._session.flush()
        except StaleDataError as error:
            raise Raced from error
        finally:
            await self._session.close()

    async def _roll_back(self) -> None:
        batch, self._batch = self._batch, None
        try:
            await self._session.close()
        finally:
            if batch is None:
                pass
            elif self._ambient.outer is None:
                await batch.rollback()
            else:
                batch.broken = True

    @property
    def _open(self) -> Batch:
        if self._batch is None:
            raise RuntimeError("this belongs inside `async with self.uow:`")
        return self._batch

    @property
    def driver(self) -> Driver:
        """The kernel's way into the transaction."""
        return self._open.driver

    def record(self, event: Event) -> None:
        """See the port. Raises TooLarge for a body that a broker would not take."""
        body = encode(event)
        if len(body) > MAX_EVENT:
            raise TooLarge("{event} would have more than {most} bytes", event=event.type, most=MAX_EVENT)
        self._open.events.append(
            Envelope(
                id=str(self._ids.new()),
                source=event.stream,
                type=event.type,
                key=event.key,
                time=self._clock.now(),
                traceparent=tracing.traceparent(),
                body=body,
            )
        )

    def enqueue(self, job: Job, *, key: str | None = None, at: datetime | None = None) -> None:
        """See the port."""
        now = self._clock.now()
        if at is not None:  # what is put off waits in real time, whatever the time in its trace
            at += Context().run(self._clock.now) - now
        self._open.jobs.append(jobs.queued(job, id=self._ids.new(), now=now, key=key, at=at))

    def answer(self, id: UUID) -> None:
        """See the port."""
        self._answer = id

    def audit(self, action: str, subject: str, **facts: object) -> None:
        """See the port."""
        said = msgspec.json.encode(facts).decode()
        self._open.audit.append(
            (
                str(self._ids.new()),
                to_ms(self._clock.now()),
                str(self._ambient.actor),
                action,
                subject,
                said,
                tracing.traceparent(),
            )
        )
