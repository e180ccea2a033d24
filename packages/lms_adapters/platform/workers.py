"""What runs beside the requests: the relay, the ingest, a worker per subscription, the jobs, and the housekeeping.

Each is a loop that waits for its bell, for the next due time, or for a slow safety scan, and then works until nothing
is left. A fault of the database or the bus is logged and tried again; it never ends a loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog
from dishka import AsyncContainer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from lms_adapters.bus.session import heeding_cancellation
from lms_adapters.platform.event_runner import EventRunner
from lms_adapters.platform.job_runner import JobRunner
from lms_adapters.platform.service import Service
from lms_adapters.sql import idempotency
from lms_adapters.sql.engine import LEASE_SECONDS, Database
from lms_adapters.sql.inbox import Inbox
from lms_adapters.sql.jobs import JobQueue
from lms_adapters.sql.outbox import Outbox
from lms_adapters.telemetry import metrics
from lms_core.domain.errors import Unavailable, in_full
from lms_core.domain.time import to_ms
from lms_core.ports.bus import Bus, Lost
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork

SAFETY_SCAN = 30.0
"""Seconds until a worker looks without having been called."""
INBOX_KEPT_MS = 14 * 24 * 3600 * 1000
"""Twice what a broker keeps: the inbox is the deduplication."""

_log = structlog.get_logger("worker")


class Workers:
    """One service's loops. `drain()` runs them by hand until nothing is left, for tests and the command line."""

    def __init__(
        self, service: Service, database: Database, inbox: Inbox, container: AsyncContainer, bus: Bus, clock: Clock
    ) -> None:
        self.outbox = Outbox(database)
        self.queue = JobQueue(database, clock)
        self.jobs = JobRunner(service, self.queue, database, container, clock)
        self.inbox = inbox
        self.events = EventRunner(inbox, database, container)
        self._service = service
        self._database = database
        self._container = container
        self._bus = bus
        self._clock = clock
        self._owner = uuid4().hex
        self._tasks: list[asyncio.Task[None]] = []
        self._lost: dict[str, tuple[str | None, str]] = {}

    # life

    def start_ingest(self, streams: tuple[str, ...]) -> None:
        """Begin to receive. Comes before the relays of the process."""
        for stream in streams:
            self._start(self._feed(stream), f"ingest {stream}")

    def start(self) -> None:
        """Begin to send and to work."""
        self._loop("relay", "outbox", self.relay_once, lead=True)
        for subscription in self._service.subscriptions:
            if subscription.name in {n for names in self._service.routing.values() for n in names}:
                self._loop(
                    subscription.name,
                    "inbox",
                    functools.partial(self.events.once, subscription),
                    functools.partial(self.inbox.next_due, subscription.name),
                )
        if self._service.jobs:
            self._loop("jobs", "jobs", self.jobs.begin, self.jobs.next_due)
        self._start(self._housekeeping(), "housekeeping")

    async def stop(self) -> None:
        """End every loop; what was begun in a transaction is rolled back and done again later."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.jobs.stop()

    def faults(self, say: Callable[[Unavailable], str] = str) -> dict[str, str]:
        """Loops that have ended though they must not."""
        return {t.get_name(): say(_ended(t)) for t in self._tasks if t.done()}

    async def lost(self) -> dict[str, str]:
        """Streams of which the bus lost events. Whoever resumes one moves its position, in whichever process."""
        for stream, (position, _) in list(self._lost.items()):
            if await self.inbox.position(stream) != position:
                del self._lost[stream]
        return {f"ingest {stream}": why for stream, (_, why) in self._lost.items()}

    def _start(self, work: Any, name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=f"{self._service.name} {name}"))

    def _loop(
        self,
        name: str,
        topic: str,
        once: Callable[[], Awaitable[int]],
        next_due: Callable[[], Awaitable[float | None]] | None = None,
        *,
        lead: bool = False,
    ) -> None:
        self._start(self._run(name, self._database.wake.bell(topic), once, next_due, lead), name)

    async def _run(
        self,
        name: str,
        bell: asyncio.Event,
        once: Callable[[], Awaitable[int]],
        next_due: Callable[[], Awaitable[float | None]] | None,
        lead: bool,
    ) -> None:
        pause, heed = 0.1, heeding_cancellation()
        while True:
            heed()
            bell.clear()
            try:
                if lead and not await self._database.lead(name, self._owner):
                    await _sound(bell, LEASE_SECONDS / 3)
                    continue
                if await once():
                    pause = 0.1
                    continue
                due = await next_due() if next_due else None
                wait = SAFETY_SCAN if due is None else min(due, SAFETY_SCAN)
                heed()
                await _sound(
                    bell, min(wait, LEASE_SECONDS / 3) if lead and self._database.kind == "postgresql" else wait
                )
            except Exception as error:  # noqa: BLE001  a loop never ends by an error
                _log.warning(
                    "worker will try again", worker=name, service=self._service.name, error=in_full(error), after=pause
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def drain(self) -> int:
        """Relay, handle and run what is due, until nothing moves; how much did. Jobs wait until no event moves."""
        total = 0
        while True:
            moved = await self.relay_once()
            for subscription in self._service.subscriptions:
                moved += await self.events.once(subscription)
            moved = moved or await self.jobs.once()
            if not moved:
                return total
            total += moved

    # sending and receiving

    async def relay_once(self) -> int:
        """Send what is pending, in order; how many were sent."""
        pending = await self.outbox.pending()
        if not pending:
            return 0
        await self._bus.publish(self._service.stream, [envelope for _, envelope in pending])
        await self.outbox.sent([id for id, _ in pending])
        metrics.published(self._service.name).inc(len(pending))
        return len(pending)

    async def _feed(self, stream: str) -> None:
        name, bell, pause = f"ingest {stream}", self._database.wake.bell("ingest"), 0.1
        heed = heeding_cancellation()
        while True:
            heed()
            bell.clear()
            try:
                async with self._leading(name, bell):
                    heed()
                    await self._receive(stream)
            except Exception as error:  # noqa: BLE001  a loop never ends by an error
                _log.error(
                    "ingest will try again",
                    service=self._service.name,
                    stream=stream,
                    error=in_full(error),
                    after=pause,
                )
                await _sound(bell, pause)
                pause = min(pause * 2, 5.0)

    async def _receive(self, stream: str) -> None:
        try:
            await self._bus.feed(stream, self.inbox)
        except Lost as error:
            mend = f"`lms events resume {self._service.name} {stream}` goes on with what there is"
            self._lost[stream] = (await self.inbox.position(stream), f"{error}; {mend}")
            raise

    async def resume(self, stream: str) -> str | None:
        """Let ingest begin anew with the oldest that the bus has, after a loss; where it stood, None if nowhere.

        What the inbox remembers it drops, so the bus may not have kept anything for longer.
        """
        async with self._container() as scope:
            uow, session = await scope.get(UnitOfWork), await scope.get(AsyncSession)
            async with uow:
                gone = await session.execute(
                    text("DELETE FROM lms_ingest_pos WHERE source = :stream RETURNING pos"), {"stream": stream}
                )
                position: str | None = gone.scalar()
                if position is not None:
                    uow.audit("events.resumed", stream, position=position)
        self._database.announce(frozenset({"ingest"}))
        return position

    @contextlib.asynccontextmanager
    async def _leading(self, name: str, bell: asyncio.Event) -> AsyncIterator[None]:
        """Wait for the lease, keep it during the block, and break the block off when it is lost."""
        while not await self._database.lead(name, self._owner):
            bell.clear()
            await _sound(bell, LEASE_SECONDS / 3)
        if self._database.kind == "sqlite":
            yield
            return
        body, lost = asyncio.current_task(), False
        assert body is not None
        cancelled = body.cancelling()

        async def keep() -> None:
            nonlocal lost
            while not lost:
                await asyncio.sleep(LEASE_SECONDS / 3)
                try:
                    lost = not await self._database.lead(name, self._owner)
                except Exception:  # noqa: BLE001  whatever it was, the lease is not renewed
                    lost = True
            body.cancel()

        keeper = asyncio.create_task(keep())
        try:
            yield
        except BaseException as error:
            if lost and body.uncancel() <= cancelled and isinstance(error, asyncio.CancelledError):
                raise Unavailable("the lease was lost") from error
            raise
        finally:
            keeper.cancel()

    # housekeeping

    async def _housekeeping(self) -> None:
        heed = heeding_cancellation()
        while True:
            heed()
            await asyncio.sleep(SAFETY_SCAN)
            try:
                await self.tidy()
                await self.measure()
            except Exception as error:  # noqa: BLE001  a loop never ends by an error
                _log.warning("housekeeping will try again", service=self._service.name, error=in_full(error))

    async def tidy(self) -> None:
        """Forget what has had its time."""
        now = to_ms(self._clock.now())
        await self.inbox.sweep()
        while await self.inbox.prune(now - INBOX_KEPT_MS):
            pass
        while await self.queue.prune():
            pass
        await idempotency.prune(self._database, now)
        await self._database.tidy()

    async def measure(self) -> dict[str, int]:
        """Backlogs, written to the metrics as well."""
        [(outbox,)] = await self._database.read("SELECT count(*) FROM lms_outbox_todo", ())
        inbox = sum(sum(states.values()) for states in (await self.inbox.backlog()).values())
        queue = await self.queue.backlog()
        counts = {"outbox": int(outbox), "inbox": inbox, "jobs": queue["open"], "dead-jobs": queue["dead"]}
        for name, count in counts.items():
            metrics.backlog.labels(self._service.name, name).set(count)
        return counts


def _ended(task: asyncio.Task[None]) -> Unavailable:
    gone = Unavailable("has ended")
    gone.__cause__ = None if task.cancelled() else task.exception()
    return gone


async def _sound(bell: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # not wait_for: in 3.11 it can swallow a cancellation
            await bell.wait()
