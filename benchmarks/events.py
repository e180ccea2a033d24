"""From the commit of an event to the commit of its effect in both consumers, by the kernel alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import uvloop

from benchmarks.report import progress, table
from benchmarks.toy.service import FIRST, SECOND, SEEN, SOURCE, Tick
from lms_adapters.platform.compose import Platform
from lms_adapters.platform.settings import Source
from lms_adapters.sql.uow import AMBIENT, Ambient
from lms_adapters.telemetry import logging
from tests.engines.base import Engine
from tests.engines.kafka import Kafka
from tests.engines.nats import Nats
from tests.engines.paths import EngineMissing
from tests.engines.postgres import Postgres

KEYS, CALM_SECONDS, PRODUCERS = 200, 5.0, 8
_SERVICES = (SOURCE, FIRST, SECOND)


def measure(count: int, rate: int, only: str) -> list[str]:
    """The lines of the report."""
    logging.configure("json", "warning")
    rows = []
    for name, set_up in _SET_UPS.items():
        if only not in name:
            continue
        try:
            with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, set_up() as environ:
                progress(name)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    rows.append((name, *runner.run(_measure({"LMS_DATA": folder, **environ}, count, rate))))
        except EngineMissing as missing:
            progress(f"{name}: left out, {missing}")
    return [
        f"One source, two consumers (a reaction, a projection), a database each, one process, {KEYS} keys; calm: "
        f"{rate} events a second for {CALM_SECONDS:.0f} s; full speed: {count} events from {PRODUCERS} producers at "
        "once, until the last effect. CPU is this process's, engines excepted. One fsync takes "
        f"{_fsync():.1f} ms (p50) in this moment, and the source commits once an event.",
        "",
        *table(("", "calm p50 ms", "p99 ms", "events/s at full speed", "CPU µs/event"), rows),
    ]


def _fsync() -> float:
    """Milliseconds to make a page safe, where the databases are."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(100):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return median(taken) * 1000


class _Watch:
    """When each event was committed, and when its effects were."""

    def __init__(self, platform: Platform) -> None:
        self.recorded: dict[int, float] = {}
        self.first: dict[int, float] = {}
        self.second: dict[int, float] = {}
        self._moved = asyncio.Event()
        self._after_commit(platform, "first", SEEN.first, self.first)
        self._after_commit(platform, "second", SEEN.second, self.second)

    def _after_commit(self, platform: Platform, name: str, seen: list[int], at: dict[int, float]) -> None:
        database: Any = platform.services[name].database
        begin = database.begin

        async def watched(**how: Any) -> Any:
            transaction = await begin(**how)
            commit = transaction.commit

            async def committed() -> None:
                await commit()
                now = time.perf_counter()
                at.update((number, now) for number in seen)
                seen.clear()
                self._moved.set()

            transaction.commit = committed
            return transaction

        database.begin = watched

    async def until(self, count: int) -> None:
        """All have had both effects. Raises TimeoutError."""
        async with asyncio.timeout(120):
            while len(self.first) < count or len(self.second) < count:
                self._moved.clear()
                await self._moved.wait()


async def _measure(environ: dict[str, str], count: int, rate: int) -> tuple[str, ...]:
    platform = Platform(_SERVICES, Source(environ, Path("/none")))
    watch = _Watch(platform)
    await platform.open()
    try:
        AMBIENT.set(Ambient("benchmark"))

        async def tick(number: int) -> None:
            async with platform.container("source")() as scope:
                await (await scope.get(Tick))(number, f"key-{number % KEYS}")
            watch.recorded[number] = time.perf_counter()

        warm = 200
        for number in range(warm):
            await tick(number)
        await watch.until(warm)
        calm = range(warm, warm + int(rate * CALM_SECONDS))
        begun = time.perf_counter()
        for i, number in enumerate(calm):
            await asyncio.sleep(max(0.0, begun + i / rate - time.perf_counter()))
            await tick(number)
        await watch.until(calm.stop)
        waits = [max(watch.first[n], watch.second[n]) - watch.recorded[n] for n in calm]
        p50, p99 = median(waits), quantiles(waits, n=100)[98]
        progress(f"calm: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")

        numbers = iter(range(calm.stop, calm.stop + count))

        async def producer() -> None:
            for number in numbers:
                await tick(number)

        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(producer() for _ in range(PRODUCERS)))
        await watch.until(calm.stop + count)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        progress(f"full speed: {count / seconds:.0f} events/s")
        return f"{p50 * 1000:.1f}", f"{p99 * 1000:.1f}", f"{count / seconds:.0f}", f"{cpu / count * 1e6:.0f}"
    finally:
        async with asyncio.timeout(60):
            await platform.close()


@contextlib.contextmanager
def _embedded() -> Iterator[dict[str, str]]:
    yield {}


@contextlib.contextmanager
def _without_disk() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="lms-bench-", dir="/dev/shm") as folder:
        yield {"LMS_DATA": folder}


@contextlib.contextmanager
def _postgres() -> Iterator[dict[str, str]]:
    with Postgres() as postgres:
        yield {f"LMS_{s.name.upper()}_DATABASE_URL": postgres.fresh_database() for s in _SERVICES}


def _over(engine: type[Engine]) -> Callable[[], contextlib.AbstractContextManager[dict[str, str]]]:
    @contextlib.contextmanager
    def broker() -> Iterator[dict[str, str]]:
        with engine() as running:
            yield {"LMS_BUS_URL": running.url}

    return broker


_SET_UPS: dict[str, Callable[[], contextlib.AbstractContextManager[dict[str, str]]]] = {
    "SQLite in memory (tmpfs), in the process": _without_disk,
    "SQLite, in the process": _embedded,
    "PostgreSQL, in the process": _postgres,
    "SQLite, over NATS": _over(Nats),
    "SQLite, over Kafka": _over(Kafka),
}
