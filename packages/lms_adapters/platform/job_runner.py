"""What runs a service's jobs: several at a time, each by itself, none for longer than its lease."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import structlog
from dishka import AsyncContainer
from opentelemetry.trace import SpanKind

from lms_adapters.platform.service import Service, Work
from lms_adapters.sql import jobs
from lms_adapters.sql.engine import Database, writing
from lms_adapters.sql.jobs import JobQueue, Leased, LostLease
from lms_adapters.sql.uow import AMBIENT, Ambient
from lms_adapters.telemetry import metrics, tracing
from lms_core.domain.errors import in_full
from lms_core.domain.events import decode
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.jobs import JobRun

SLOTS = 16
DEADLINE = 0.9 * jobs.LEASE_MS / 1000
"""Seconds until a job is broken off: when its lease has run out, another worker may begin the same."""

_log = structlog.get_logger("worker")


class JobRunner:
    """One service's jobs."""

    def __init__(
        self, service: Service, queue: JobQueue, database: Database, container: AsyncContainer, clock: Clock
    ) -> None:
        self._queue = queue
        self._database = database
        self._container = container
        self._clock = clock
        self._work = {w.job.name: w for w in service.jobs}
        self._running: set[asyncio.Task[None]] = set()
        self._inherited = False

    async def begin(self) -> int:
        """Begin what is due, as far as there are free slots; how many were begun. The end of a job rings for more."""
        return len(await self._begin())

    async def next_due(self) -> float | None:
        """Seconds until another could begin; None while nothing waits or no slot is free."""
        return await self._queue.next_due() if len(self._running) < SLOTS else None

    async def once(self) -> int:
        """Begin what is due and wait for its end; how many ran."""
        begun = await self._begin()
        await asyncio.gather(*begun)
        return len(begun)

    async def stop(self) -> None:
        """Break off what runs; it is done again when its lease has run out."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _begin(self) -> list[asyncio.Task[None]]:
        free = SLOTS - len(self._running)
        if not self._work or not free:
            return []
        if not self._inherited:
            await self._queue.inherit()
            self._inherited = True
        begun = [
            asyncio.create_task(self._job(leased), name=f"job {leased.name} {leased.id}")
            for leased in await self._queue.claim(uuid4().hex, free)
        ]
        for task in begun:
            self._running.add(task)
            task.add_done_callback(self._ended)
        return begun

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._database.wake.ring("jobs")

    async def _job(self, leased: Leased) -> None:
        with tracing.span(leased.name, leased.traceparent, kind=SpanKind.CONSUMER):
            limit = asyncio.timeout(DEADLINE)
            try:
                async with limit:
                    await self._run(self._work[leased.name], leased)
            except LostLease:
                _log.warning("a job outlived its lease; its result was dropped", job=leased.name, id=leased.id)
            except Exception as error:  # noqa: BLE001  whatever it was, it is this job's
                await self._failed(leased, TooLong(f"broken off after {DEADLINE:g} s") if limit.expired() else error)
            else:
                metrics.job_runs(leased.name, "done").inc()

    async def _failed(self, leased: Leased, error: Exception) -> None:
        told = {"job": leased.name, "id": leased.id, "error": in_full(error)}
        try:
            dead = await self._queue.failed(leased, error)
        except Exception as worse:  # noqa: BLE001  its lease runs out, and it is tried again
            _log.warning("job failed, which could not be written down", **told, because=in_full(worse))
            return
        (_log.error if dead else _log.warning)("job failed", **told, dead=dead)
        metrics.job_runs(leased.name, "dead" if dead else "retry").inc()

    async def _run(self, work: Work, leased: Leased) -> None:
        ambient = Ambient(leased.name, leased=leased)
        AMBIENT.set(ambient)
        async with self._container() as scope:
            use_case = await scope.get(work.use_case)
            run = JobRun(leased.id, leased.attempt, leased.attempt >= jobs.MAX_ATTEMPTS)
            await use_case(decode(work.job, leased.args), run)  # type: ignore[type-var]
        if not ambient.finished:
            async with writing(self._database) as driver:
                await jobs.finish(driver, leased, to_ms(self._clock.now()))


class TooLong(Exception):
    """A job did not end in time."""
