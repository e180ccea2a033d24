"""What every bus must do. A test class derives from `BusContract`, or from `BrokerBusContract` when there is a broker
that can be killed, and gives it a `broker` fixture.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from lms_core.domain.errors import Unavailable
from lms_core.domain.events import Envelope
from lms_core.ports.bus import Bus, Lost

SOON = 20.0
"""Seconds within which what must happen has happened, on a busy machine too."""

_START = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
_numbers = itertools.count()


def event(stream: str, number: int, key: str = "k", body: bytes | None = None) -> Envelope:
    """An envelope whose body is its number, unless given."""
    return Envelope(
        id=f"{number}-{uuid4()}",
        source=stream,
        type=f"{stream}.Happened.v1",
        key=key,
        time=_START + timedelta(milliseconds=number),
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        body=str(number).encode() if body is None else body,
    )


def events(stream: str, count: int, *, start: int = 0, keys: int = 5) -> list[Envelope]:
    """Numbered envelopes over some keys."""
    return [event(stream, n, f"key-{n % keys}") for n in range(start, start + count)]


_WHOLE = event("lms.contract", 0).headers
MALFORMED: tuple[dict[str, str], ...] = (
    {**_WHOLE, "ce_time": "2026-01-02T03:04:05"},  # where?
    {**_WHOLE, "ce_time": "0001-01-01T00:00:00+14:00"},
    {**_WHOLE, "ce_id": "a\0b"},
    {**_WHOLE, "ce_subject": "\0"},
    {**_WHOLE, "ce_subject": "x" * 3000},
    {**_WHOLE, "traceparent": "\0"},
)
"""Headers that an inbox cannot keep."""


class RecordingSink:
    """An inbox in memory: unique ids, the events and the position stored together."""

    def __init__(self, name: str = "recorder") -> None:
        self.name = name
        self.stored: dict[str, list[Envelope]] = defaultdict(list)
        self.positions: dict[str, str] = {}
        self.repeated = 0
        self.failures = 0
        """How many of the next ingests fail."""
        self.failed = 0
        self.limit: int | None = None
        """Ingest hangs once more than this many are stored; the batch that would pass it is not stored."""
        self._changed = asyncio.Condition()
        self._seen: set[str] = set()

    async def position(self, stream: str) -> str | None:
        """See the port."""
        return self.positions.get(stream)

    async def ingest(self, stream: str, batch: Sequence[Envelope], position: str) -> None:
        """See the port. Nothing can come between the events and their position."""
        if self.failures:
            self.failures -= 1
            self.failed += 1
            raise OSError("the database is away")
        async with self._changed:
            if self.limit is not None and len(self.stored[stream]) + len(batch) > self.limit:
                await self._changed.wait_for(lambda: self.limit is None)
            for envelope in batch:
                if envelope.id in self._seen:
                    self.repeated += 1
                else:
                    self._seen.add(envelope.id)
                    self.stored[stream].append(envelope)
            self.positions[stream] = position
            self._changed.notify_all()

    async def has(self, stream: str, count: int) -> list[Envelope]:
        """Wait until so many are stored."""
        await self.until(lambda: len(self.stored[stream]) >= count)
        return self.stored[stream]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition that an ingest can make true."""
        async with asyncio.timeout(SOON), self._changed:
            await self._changed.wait_for(condition)


class Broker(ABC):
    """What a bus runs on, for the suite. A fresh one, or at least fresh streams, for each test."""

    @abstractmethod
    async def connect(self) -> Bus:
        """A bus, as another process would open it."""

    async def publish(self, bus: Bus, stream: str, batch: Sequence[Envelope]) -> None:
        """Publish as a relay would."""
        await bus.publish(stream, batch)

    def stream(self) -> str:
        """A name that no other test uses."""
        return f"lms.contract{next(_numbers)}x{uuid4().hex[:8]}"

    async def down(self) -> None:
        """Kill it. Returns when it is gone."""
        raise NotImplementedError

    async def up(self) -> None:
        """Start it again where it was, with its data."""
        raise NotImplementedError

    async def forget(self, stream: str, count: int) -> None:
        """Drop the first events of the stream, as retention does."""
        raise NotImplementedError

    async def remove(self, stream: str) -> None:
        """Remove the stream with all it holds."""
        raise NotImplementedError

    async def scribble(self, stream: str) -> None:
        """Put messages on the stream that are no events: no headers, headers that are no text, an empty body; and
        events with each of the `MALFORMED` headers.
        """
        raise NotImplementedError


@asynccontextmanager
async def fed(bus: Bus, stream: str, *sinks: RecordingSink) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Feed sinks during the block."""
    tasks = [asyncio.create_task(bus.feed(stream, sink)) for sink in sinks]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        async with asyncio.timeout(SOON):
            await asyncio.gather(*tasks, return_exceptions=True)


def in_order(got: Sequence[Envelope], published: Sequence[Envelope]) -> bool:
    """Exactly what was published, each key in its order."""

    def by_key(some: Sequence[Envelope]) -> dict[str, list[Envelope]]:
        keys: dict[str, list[Envelope]] = {}
        for envelope in some:
            keys.setdefault(envelope.key, []).append(envelope)
        return keys

    return by_key(got) == by_key(published)


class BusContract:
    """Derive from it and define a fixture `broker`."""

    @pytest.fixture
    async def bus(self, broker: Broker) -> AsyncIterator[Bus]:
        """A bus on the broker."""
        bus = await broker.connect()
        yield bus
        await bus.close()

    async def test_every_event_arrives_in_order_of_its_key(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 600)
        async with fed(bus, stream, sink):
            for begin, end in itertools.pairwise([0, 1, 3, 40, 41, 300, 600]):
                await broker.publish(bus, stream, published[begin:end])
            assert in_order(await sink.has(stream, 600), published)
        assert sink.repeated == 0

    async def test_an_envelope_comes_out_as_it_went_in(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = [
            event(stream, 1, 'käse/☕ 100% "quoted" a=b;c', '{"name":"Žofie 学習"}'.encode()),
            event(stream, 2, "  spaces at the ends  ", b""),
            event(stream, 3, "line\r\nbreak\tand tab", b'{"text":"' + b"x" * 200_000 + b'"}'),
            event(stream, 4, "%C3%A9 is not an é", b"{}"),
        ]
        async with fed(bus, stream, sink):
            await broker.publish(bus, stream, published)
            got = {e.id: e for e in await sink.has(stream, 4)}
        assert [got[e.id] for e in published] == published

    async def test_a_repeated_batch_reaches_the_sink_once_in_effect(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 30)
        async with fed(bus, stream, sink):
            await broker.publish(bus, stream, published[:10])
            await broker.publish(bus, stream, published[:10])
            await broker.publish(bus, stream, published[:20])
            await broker.publish(bus, stream, published[15:])
            assert in_order(await sink.has(stream, 30), published)

    async def test_a_feed_goes_on_from_the_position(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 900)
        for begin in range(0, 900, 90):
            await broker.publish(bus, stream, published[begin : begin + 90])
        sink.limit = 600
        async with fed(bus, stream, sink):
            await sink.until(lambda: len(sink.stored[stream]) > 0)
        stored = len(sink.stored[stream])
        assert 0 < stored < 900
        sink.limit = None
        async with fed(bus, stream, sink):
            assert in_order(await sink.has(stream, 900), published)
        assert sink.repeated == 0

    async def test_another_process_goes_on_from_the_position(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 60)
        async with fed(bus, stream, sink):
            await broker.publish(bus, stream, published[:20])
            await sink.has(stream, 20)
        await broker.publish(bus, stream, published[20:40])
        second = await broker.connect()
        async with fed(second, stream, sink):
            await sink.has(stream, 40)
            await broker.publish(second, stream, published[40:])
            assert in_order(await sink.has(stream, 60), published)
        await second.close()
        assert sink.repeated == 0

    async def test_a_sink_that_comes_late_gets_everything(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 300)
        await broker.publish(bus, stream, published)
        async with fed(bus, stream, sink):
            assert in_order(await sink.has(stream, 300), published)

    async def test_a_feed_may_begin_before_the_stream_exists(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        async with fed(bus, stream, sink) as [task]:
            await asyncio.wait([task], timeout=0.2)
            assert not task.done()
            published = events(stream, 3)
            await broker.publish(bus, stream, published)
            assert in_order(await sink.has(stream, 3), published)

    async def test_going_live_loses_nothing(self, broker: Broker, bus: Bus) -> None:
        """Feeds begin while events are being published: there is no gap between catching up and live."""
        stream, published = broker.stream(), list[Envelope]()
        sinks = [RecordingSink(f"sink{n}") for n in range(5)]
        feeds: list[asyncio.Task[None]] = []
        for number in range(25):
            batch = events(stream, 20, start=number * 20)
            published += batch
            await broker.publish(bus, stream, batch)
            if number % 5 == 0:
                feeds.append(asyncio.create_task(bus.feed(stream, sinks[number // 5])))
        for sink in sinks:
            assert in_order(await sink.has(stream, 500), published)
        for feed in feeds:
            feed.cancel()
        await asyncio.gather(*feeds, return_exceptions=True)

    async def test_streams_are_apart(self, broker: Broker, bus: Bus) -> None:
        one, other, sink = broker.stream(), broker.stream(), RecordingSink()
        async with fed(bus, one, sink), fed(bus, other, sink):
            await broker.publish(bus, one, events(one, 10))
            await broker.publish(bus, other, events(other, 7))
            assert {e.source for e in await sink.has(one, 10)} == {one}
            assert {e.source for e in await sink.has(other, 7)} == {other}
        assert set(sink.positions) == {one, other}

    async def test_a_sink_does_not_wait_for_another(self, broker: Broker, bus: Bus) -> None:
        stream, stuck, broken, well = (
            broker.stream(),
            RecordingSink("stuck"),
            RecordingSink("broken"),
            RecordingSink("well"),
        )
        stuck.limit, broken.failures = 5, 1_000_000
        published = events(stream, 40)
        async with fed(bus, stream, stuck, broken, well):
            for begin in range(0, 40, 10):
                await broker.publish(bus, stream, published[begin : begin + 10])
            assert in_order(await well.has(stream, 40), published)
            assert len(stuck.stored[stream]) <= 5
        assert broken.stored[stream] == []

    async def test_an_ingest_that_fails_is_tried_again(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 60)
        sink.failures = 3
        async with fed(bus, stream, sink):
            await broker.publish(bus, stream, published[:30])
            await sink.has(stream, 30)
            sink.failures = 1
            await broker.publish(bus, stream, published[30:])
            assert in_order(await sink.has(stream, 60), published)
        assert sink.failed == 4

    async def test_a_feed_ends_when_it_is_cancelled(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        feed = asyncio.create_task(bus.feed(stream, sink))
        await broker.publish(bus, stream, events(stream, 1))
        await sink.has(stream, 1)
        feed.cancel()
        async with asyncio.timeout(SOON):
            await asyncio.wait([feed])
        assert feed.cancelled()

    async def test_a_feed_may_be_cancelled_at_any_moment(self, broker: Broker, bus: Bus) -> None:
        """It ends, leaves nothing open, and the next one goes on."""
        stream, sink = broker.stream(), RecordingSink()
        await broker.publish(bus, stream, events(stream, 300))
        for turns in range(0, 100, 5):
            feed = asyncio.create_task(bus.feed(stream, sink))
            for _ in range(turns):
                await asyncio.sleep(0)
            feed.cancel()
            async with asyncio.timeout(SOON):
                await asyncio.wait([feed])
        async with fed(bus, stream, sink):
            await sink.has(stream, 300)
        assert sink.repeated == 0
        gc.collect()  # what was left open warns now

    async def test_it_is_ready(self, bus: Bus) -> None:
        await bus.ready()


class BrokerBusContract(BusContract):
    """A bus on a broker that may be away, restart, and forget."""

    async def test_while_the_broker_is_away_nothing_is_lost(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 30)
        async with fed(bus, stream, sink) as [feed]:
            await broker.publish(bus, stream, published[:10])
            await sink.has(stream, 10)
            await broker.down()
            with pytest.raises(Unavailable):
                await bus.publish(stream, published[10:20])
            with pytest.raises(Unavailable):
                await bus.ready()
            await broker.up()
            await self.relay(bus, stream, published[10:20])
            await self.relay(bus, stream, published[20:])
            assert in_order(await sink.has(stream, 30), published)
            await bus.ready()
            assert not feed.done()

    async def test_kills_under_load(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 2000, keys=20)

        async def send() -> None:
            for begin in range(0, 2000, 50):
                await self.relay(bus, stream, published[begin : begin + 50])

        async with fed(bus, stream, sink):
            sending = asyncio.create_task(send())
            for count in (300, 900):
                await sink.has(stream, count)
                await broker.down()
                await broker.up()
            await sending
            assert in_order(await sink.has(stream, 2000), published)

    async def test_a_broker_that_was_never_there(self, broker: Broker) -> None:
        await broker.down()
        bus, stream, sink = await broker.connect(), broker.stream(), RecordingSink()
        async with fed(bus, stream, sink) as [feed]:
            with pytest.raises(Unavailable):
                await bus.publish(stream, events(stream, 1))
            with pytest.raises(Unavailable):
                await bus.ready()
            assert not feed.done()
            await broker.up()
            await self.relay(bus, stream, events(stream, 1))
            await sink.has(stream, 1)
        await bus.close()

    async def test_it_closes_while_the_broker_is_away(self, broker: Broker) -> None:
        bus, stream = await broker.connect(), broker.stream()
        await bus.publish(stream, events(stream, 3))
        await broker.down()
        with pytest.raises(Unavailable):
            await bus.publish(stream, events(stream, 3, start=3))
        async with asyncio.timeout(SOON):
            await bus.close()
        await broker.up()

    async def test_what_retention_dropped_is_lost(self, broker: Broker, bus: Bus) -> None:
        stream, sink, newcomer = broker.stream(), RecordingSink(), RecordingSink("newcomer")
        published = events(stream, 20)
        await bus.publish(stream, published[:5])
        async with fed(bus, stream, sink):
            await sink.has(stream, 5)
        await bus.publish(stream, published[5:])
        await broker.forget(stream, 10)
        with pytest.raises(Lost):
            async with asyncio.timeout(SOON):
                await bus.feed(stream, sink)
        assert sink.stored[stream] == published[:5]
        async with fed(bus, stream, newcomer):  # has nothing to lose
            assert in_order(await newcomer.has(stream, 10), published[10:])

    async def test_what_retention_dropped_after_it_was_read_is_not_lost(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 20)
        await bus.publish(stream, published[:10])
        async with fed(bus, stream, sink):
            await sink.has(stream, 10)
        await broker.forget(stream, 10)
        async with fed(bus, stream, sink):
            await bus.publish(stream, published[10:])
            assert in_order(await sink.has(stream, 20), published)

    async def test_a_stream_made_anew_is_lost(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        await bus.publish(stream, events(stream, 10))
        async with fed(bus, stream, sink):
            await sink.has(stream, 10)
        await broker.remove(stream)
        await self.relay(bus, stream, events(stream, 5, start=10))
        with pytest.raises(Lost):
            async with asyncio.timeout(SOON):
                await bus.feed(stream, sink)

    @pytest.mark.parametrize("loss", ["forget", "remove"])
    async def test_after_a_loss_a_sink_without_a_position_goes_on(self, broker: Broker, bus: Bus, loss: str) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 30)
        await bus.publish(stream, published[:10])
        async with fed(bus, stream, sink):
            await sink.has(stream, 10)
        if loss == "forget":
            await bus.publish(stream, published[10:20])
            await broker.forget(stream, 15)
        else:
            await broker.remove(stream)
            await self.relay(bus, stream, published[15:20])
        with pytest.raises(Lost):
            async with asyncio.timeout(SOON):
                await bus.feed(stream, sink)
        del sink.positions[stream]
        async with fed(bus, stream, sink):
            await sink.has(stream, 15)
            await bus.publish(stream, published[20:])
            assert in_order(await sink.has(stream, 25), published[:10] + published[15:])

    async def test_what_is_no_event_is_passed_over(self, broker: Broker, bus: Bus) -> None:
        stream, sink = broker.stream(), RecordingSink()
        published = events(stream, 20)
        async with fed(bus, stream, sink):
            await bus.publish(stream, published[:10])
            await broker.scribble(stream)
            await bus.publish(stream, published[10:])
            assert in_order(await sink.has(stream, 20), published)

    async def relay(self, bus: Bus, stream: str, batch: Sequence[Envelope]) -> None:
        """Repeat the batch until the bus has it, as the relay does."""
        async with asyncio.timeout(3 * SOON):
            while True:
                try:
                    return await bus.publish(stream, batch)
                except Unavailable:
                    await asyncio.sleep(0.05)
