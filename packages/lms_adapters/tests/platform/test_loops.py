"""The workers' loops: leases that are lost, and cancellations that a driver swallows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from lms_adapters.bus.session import heeding_cancellation, keep_feeding
from lms_adapters.platform.workers import Workers
from lms_adapters.sql.engine import Wake
from lms_adapters.tests.platform.toy.service import SERVICE
from lms_core.testing.fakes import FakeClock

SOON = 20.0


class Store:
    """What the loops ask of PostgreSQL: whether the lease is theirs."""

    kind = "postgresql"

    def __init__(self) -> None:
        self.wake = Wake()
        self.answers: list[bool | Exception] = []
        """The next ones; then it is always theirs."""

    async def lead(self, name: str, owner: str) -> bool:
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


class SwallowingBus:
    """Its driver swallows cancellations, as CPython 3.11's `wait_for` does in a race."""

    def __init__(self) -> None:
        self.sessions = 0
        self.changed = asyncio.Condition()

    async def feed(self, stream: str, sink: object) -> None:
        await keep_feeding(self._session, stream, "toy")

    async def _session(self) -> None:
        heed = heeding_cancellation()
        async with self.changed:
            self.sessions += 1
            self.changed.notify_all()
        while True:
            heed()
            await swallowed()

    async def begun(self, sessions: int) -> None:
        async with asyncio.timeout(SOON), self.changed:
            await self.changed.wait_for(lambda: self.sessions >= sessions)


async def swallowed() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr("lms_adapters.platform.workers.LEASE_SECONDS", 0.03)
    return Store()


@pytest.fixture
def bus() -> SwallowingBus:
    return SwallowingBus()


@pytest.fixture
async def workers(store: Store, bus: SwallowingBus) -> AsyncIterator[Workers]:
    nothing: Any = None
    service = replace(SERVICE, subscribes=(), jobs=(), tables=None)
    loops = Workers(service, store, nothing, nothing, bus, FakeClock())  # type: ignore[arg-type]
    yield loops
    async with asyncio.timeout(SOON):
        await loops.stop()


@pytest.mark.parametrize("answer", [False, RuntimeError("an error that nobody foresaw")])
async def test_a_feed_whose_lease_is_not_renewed_is_broken_off_and_begun_again(
    store: Store, bus: SwallowingBus, workers: Workers, answer: bool | Exception
) -> None:
    store.answers = [True, answer, False]
    workers.start_ingest(("lms.games",))
    await bus.begun(2)
    assert store.answers == []
    assert workers.faults() == {}


async def test_stopping_ends_a_loop_whose_cancellation_was_swallowed(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_it = asyncio.Event()

    async def once() -> int:
        at_it.set()
        await swallowed()
        return 0

    monkeypatch.setattr(workers, "relay_once", once)
    workers.start()
    async with asyncio.timeout(SOON):
        await at_it.wait()
        await workers.stop()


async def test_a_loop_that_was_cancelled_is_a_fault(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    async def once() -> int:
        raise asyncio.CancelledError

    monkeypatch.setattr(workers, "relay_once", once)
    workers.start()
    [relay] = [task for task in asyncio.all_tasks() if task.get_name() == "toy relay"]
    await asyncio.wait([relay], timeout=SOON)
    assert workers.faults() == {"toy relay": "has ended"}
    await workers.stop()
    assert workers.faults() == {}
