"""From the bus into the columnar store: nothing lost, nothing twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
from dishka import Provider, Scope

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import UserCreated
from lms_core.domain.events import Envelope, Event, encode
from lms_core.testing.fakes import MORNING, fake_id
from services.analytics.domain.collection import RawEvent
from services.analytics.ports.collection import ColumnStore, Staging
from services.analytics.service import SERVICE
from services.analytics.tests.events import COURSE, paid, published
from services.analytics.tests.fakes import MemoryColumnStore
from services.analytics.usecases import collection
from services.analytics.usecases.collection import LINGER, PATIENCE, CollectEvent
from services.analytics.wiring import wiring


def an_envelope(id: str, event: Event | None = None, body: bytes = b"{}") -> Envelope:
    """A stranger's event, unless one is given."""
    return Envelope(
        id=id,
        source="com.example" if event is None else event.stream,
        type="com.example.ThingHappened.v1" if event is None else event.type,
        key=id if event is None else event.key,
        time=MORNING,
        traceparent="",
        body=body if event is None else encode(event),
    )


class Analytics(ServiceUnderTest):
    """The service with a store that the test holds."""

    def __init__(self, folder: Path, store: ColumnStore, environ: Mapping[str, str] | None = None) -> None:
        def rewired() -> Provider:
            provider = wiring()
            provider.provide(lambda: store, provides=ColumnStore, scope=Scope.APP)
            return provider

        super().__init__(dataclasses.replace(SERVICE, wiring=rewired), folder, environ)

    async def ingest(self, *envelopes: Envelope) -> None:
        """As the bus does it."""
        assert self.running.workers is not None
        await self.running.workers.inbox.ingest("lms.test", envelopes, "1")

    async def collect(self, *envelopes: Envelope) -> None:
        """Into the inbox and on into the staging table, while jobs stand still."""
        await self.ingest(*envelopes)
        workers = self.running.workers
        assert workers is not None
        [collect] = [s for s in SERVICE.subscribes if s.use_case is CollectEvent]
        while await workers.events.once(collect):
            pass

    async def staged(self) -> int:
        """Rows that wait."""
        assert self.running.database is not None
        [row] = await self.running.database.read("SELECT count(*) FROM staged_event", ())
        return int(row[0])


async def test_every_event_is_kept_with_its_columns(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert service.running.workers is not None
        await service.running.workers.inbox.ingest(
            "com.example", [an_envelope("x", body=b"\xff not JSON"), an_envelope("y", body=b"[" * 9999)], "1"
        )
        await service.receive(published(), paid(1, 4900))
        assert await service.dead_letters() == []
    with duckdb.connect(f"{tmp_path}/analytics.duckdb") as connection:
        rows = connection.execute(
            "SELECT type, course_id, learner_id, amount, currency, json_type(body) FROM event ORDER BY type"
        ).fetchall()
    assert rows == [
        ("com.example.ThingHappened.v1", None, None, None, None, "OBJECT"),
        ("com.example.ThingHappened.v1", None, None, None, None, "OBJECT"),
        ("lms.billing.PaymentSucceeded.v1", COURSE, fake_id(701), 4900, "EUR", "OBJECT"),
        ("lms.course.CoursePublished.v1", COURSE, None, None, None, "OBJECT"),
    ]


async def test_names_and_addresses_are_not_kept(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(
            UserCreated(
                user_id=fake_id(1), email="ada@example.org", display_name="Ada", locale="en", created_at=MORNING
            )
        )
    with duckdb.connect(f"{tmp_path}/analytics.duckdb") as connection:
        [(body,)] = connection.execute("SELECT body FROM event").fetchall()
    assert '"locale":"en"' in body
    assert "ada" not in body.lower()


async def test_an_event_that_is_brought_twice_is_kept_once(tmp_path: Path) -> None:
    store = MemoryColumnStore()
    async with Analytics(tmp_path, store) as service:
        await service.ingest(an_envelope("a"), an_envelope("a"))
        await service.drain()
        await service.ingest(an_envelope("a"), an_envelope("b"))
        await service.drain()
    assert store.ids == ["a", "b"]


async def test_many_events_are_loaded_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection, "BATCH", 10)
    store = MemoryColumnStore()
    async with Analytics(tmp_path, store) as service:
        await service.collect(*(an_envelope(f"{n:03}") for n in range(95)))
        await service.drain()
        assert await service.staged() == 0
    assert store.ids == [f"{n:03}" for n in range(95)]
    assert sorted(len(events) for events in store.batches.values()) == [5, *[10] * 9]


async def test_a_crash_between_insert_and_removal_repeats_the_same_batch(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        container = service.platform.container("analytics")
        assert service.running.workers is not None
        [collect] = [s for s in SERVICE.subscribes if s.use_case is CollectEvent]
        await service.running.workers.inbox.ingest("lms.test", [an_envelope("a"), an_envelope("b")], "1")
        await service.running.workers.events.once(collect)
        async with container() as scope:
            staging, store = await scope.get(Staging), await scope.get(ColumnStore)
            batch = await staging.take(fake_id(1), 1000)
            assert batch is not None
            await store.insert(batch.id, batch.events)
        await service.running.workers.inbox.ingest("lms.test", [an_envelope("c")], "2")
        await service.running.workers.events.once(collect)
        async with container() as scope:
            assert await (await scope.get(Staging)).take(fake_id(2), 1000) == batch
        await service.drain()
        await service.advance(LINGER)
        assert (await store.totals(MORNING.date())).events == 3
        assert await service.dead_letters() == []


async def test_nothing_is_lost_while_the_store_is_away(tmp_path: Path) -> None:
    store = MemoryColumnStore()
    store.away = True
    async with Analytics(tmp_path, store) as service:
        await service.ingest(an_envelope("a"))
        await service.give_up()
        await service.ingest(an_envelope("b"))
        await service.drain()
        assert await service.staged() == 2
        store.away = False
        await service.advance(timedelta(minutes=16) + PATIENCE)
        await service.advance(LINGER)
        assert await service.staged() == 0
        assert service.running.workers is not None
        assert await service.running.workers.queue.backlog() == {"open": 0, "dead": 0}
    assert store.ids == ["a", "b"]


class Interrupted(MemoryColumnStore):
    """Something happens while it inserts."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    async def insert(self, batch_id: UUID, events: Sequence[RawEvent]) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()  # type: ignore[misc]
        await super().insert(batch_id, events)


async def test_what_is_staged_while_the_job_runs_is_loaded_next(tmp_path: Path, environ: dict[str, str]) -> None:
    """The enqueue of the second event is swallowed: the job is open while it runs. It must be loaded all the same."""
    store = Interrupted()
    async with Analytics(tmp_path, store, environ) as service:
        workers = service.running.workers
        assert workers is not None

        async def meanwhile() -> None:
            await service.collect(an_envelope("b"))
            assert await workers.queue.backlog() == {"open": 1, "dead": 0}

        store.meanwhile = meanwhile
        await service.collect(an_envelope("a"))
        assert await workers.jobs.once() == 1
        assert (store.ids, await service.staged()) == (["a"], 1)
        service.clock.advance(LINGER)
        assert await workers.jobs.once() == 1
        assert (store.ids, await service.staged()) == (["a", "b"], 0)
        assert await workers.jobs.once() == 0
