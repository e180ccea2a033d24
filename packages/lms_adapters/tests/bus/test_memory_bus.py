"""The memory bus: the contract, and how a position keeps gaps."""

import asyncio
from collections.abc import Sequence

import pytest

from lms_adapters.bus import open_bus
from lms_adapters.bus.memory import MemoryBus, Position
from lms_core.domain.events import Envelope
from lms_core.ports.bus import Bus
from lms_core.testing.suites.bus import Broker, BusContract, RecordingSink, event, events, fed


class FakeLog:
    """A publisher's outbox."""

    def __init__(self) -> None:
        self.rows: dict[int, Envelope] = {}
        self.reads = 0

    def append(self, batch: Sequence[Envelope]) -> None:
        known = {e.id for e in self.rows.values()}
        for envelope in batch:
            if envelope.id not in known:
                self.rows[max(self.rows, default=0) + 1] = envelope

    async def log(self, *, after: int, limit: int) -> list[tuple[int, Envelope]]:
        self.reads += 1
        await asyncio.sleep(0)
        return sorted((id, e) for id, e in self.rows.items() if id > after)[:limit]


class Process(Broker):
    """The databases of the one process."""

    def __init__(self) -> None:
        self.logs: dict[str, FakeLog] = {}

    async def connect(self) -> Bus:
        return open_bus("memory:", self.logs)

    async def publish(self, bus: Bus, stream: str, batch: Sequence[Envelope]) -> None:
        self.logs.setdefault(stream, FakeLog()).append(batch)
        await bus.publish(stream, batch)


@pytest.fixture
def broker() -> Process:
    return Process()


class TestMemoryBus(BusContract):
    pass


class World:
    def __init__(self) -> None:
        self.log = FakeLog()
        self.bus = MemoryBus({"s": self.log})

    async def commit(self, *ids: int) -> None:
        """Rows that become visible, and their publication."""
        batch = [event("s", id) for id in ids]
        self.log.rows.update(zip(ids, batch, strict=True))
        await self.bus.publish("s", batch)


def numbers(sink: RecordingSink) -> list[int]:
    return [int(e.body) for e in sink.stored["s"]]


async def test_publish_returns_when_every_sink_that_is_fed_has_it() -> None:
    """`lms` drains a platform by hand and counts on it."""
    world, sinks = World(), [RecordingSink(str(n)) for n in range(3)]
    async with fed(world.bus, "s", *sinks):
        await world.bus.fed({"s": {"0", "1", "2"}})
        for id in range(1, 20):
            await world.commit(id)
            assert all(numbers(sink)[-1] == id for sink in sinks)


async def test_publish_waits_for_a_sink_that_is_only_beginning() -> None:
    class Slow(RecordingSink):
        async def position(self, stream: str) -> str | None:
            for _ in range(20):
                await asyncio.sleep(0)
            return await super().position(stream)

    world, sink = World(), Slow()
    async with fed(world.bus, "s", sink):
        await world.bus.fed({"s": {"recorder"}})
        await world.commit(1)
        assert numbers(sink) == [1]


async def test_a_sink_that_was_slow_once_still_hears_of_what_comes_while_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it any longer, but what is published before it is done is not lost on it."""
    monkeypatch.setattr("lms_adapters.bus.memory.MOMENT", 0.05)
    go_on = asyncio.Event()
    go_on.set()

    class Slow(RecordingSink):
        async def ingest(self, stream: str, batch: Sequence[Envelope], position: str) -> None:
            await go_on.wait()
            await super().ingest(stream, batch, position)

    world, sink = World(), Slow()
    async with fed(world.bus, "s", sink):
        await world.bus.fed({"s": {"recorder"}})
        await world.commit(1)
        await sink.has("s", 1)
        go_on.clear()
        await world.commit(2)  # gives up waiting while the sink is at it
        await world.commit(3)
        resting = asyncio.create_task(world.bus.come_to_rest())
        await asyncio.sleep(0)
        go_on.set()
        async with asyncio.timeout(5):
            assert await resting
        assert numbers(sink) == [1, 2, 3]
        assert not await world.bus.come_to_rest(), "there was nothing to wait for"


async def test_a_late_commit_arrives_live() -> None:
    world, sink = World(), RecordingSink()
    async with fed(world.bus, "s", sink):
        await world.commit(1, 4)
        await sink.has("s", 2)
        await world.commit(3)
        await world.commit(2)
        await sink.has("s", 4)
    assert numbers(sink) == [1, 4, 3, 2]
    assert sink.positions["s"] == "[4]"


async def test_a_late_commit_arrives_though_the_sink_was_absent() -> None:
    world, sink = World(), RecordingSink()
    async with fed(world.bus, "s", sink):
        await world.commit(1, 4)
        await sink.has("s", 2)
    await world.commit(2, 3)
    await world.commit(5)
    async with fed(world.bus, "s", sink):
        await sink.has("s", 5)
    assert numbers(sink) == [1, 4, 2, 3, 5]
    assert sink.repeated == 0


async def test_a_large_late_transaction_arrives() -> None:
    world, sink = World(), RecordingSink()
    async with fed(world.bus, "s", sink):
        await world.commit(5001)
        await sink.has("s", 1)
        await world.commit(*range(1, 5001))
        await sink.has("s", 5001)
    assert numbers(sink)[1:] == list(range(1, 5001))


async def test_an_id_that_was_rolled_back_is_given_up() -> None:
    world, sink = World(), RecordingSink()
    async with fed(world.bus, "s", sink):
        await world.commit(*range(2, 900))
        await sink.has("s", 898)
        assert sink.positions["s"] == "[899,[1,1]]"
        await world.commit(*range(900, 1100))
        await sink.has("s", 1098)
    assert sink.positions["s"] == "[1099]"


async def test_in_order_one_read_is_enough() -> None:
    world, sink = World(), RecordingSink()
    async with fed(world.bus, "s", sink):
        await world.commit(1)
        await sink.has("s", 1)
        before = world.log.reads
        await world.commit(2, 3)
        await sink.has("s", 3)
    assert world.log.reads == before + 1


async def test_what_another_process_published_is_read_without_a_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms_adapters.bus.memory.SAFETY_SCAN", 0.01)
    here, sink = World(), RecordingSink()
    elsewhere = World()
    elsewhere.log = here.log
    async with fed(here.bus, "s", sink):
        await here.commit(1)
        await elsewhere.commit(2)
        await sink.has("s", 2)
    assert numbers(sink) == [1, 2]


async def test_a_stream_without_a_log_is_a_mistake() -> None:
    with pytest.raises(LookupError, match=r"no log for lms\.nobody"):
        await MemoryBus({}).publish("lms.nobody", events("lms.nobody", 1))


@pytest.mark.parametrize(
    ("position", "ids", "expected"),
    [
        (Position(), [1, 2, 3], Position(3)),
        (Position(), [3], Position(3, ((1, 2),))),
        (Position(3, ((1, 2),)), [2], Position(3, ((1, 1),))),
        (Position(3, ((1, 2),)), [1, 2, 5], Position(5, ((4, 4),))),
        (Position(9, ((2, 8),)), [4, 5], Position(9, ((2, 3), (6, 8)))),
        (Position(9, ((2, 8),)), [2000], Position(2000, ((10, 1999),))),
        (Position(9, ((2, 8),)), [], Position(9, ((2, 8),))),
    ],
)
def test_positions(position: Position, ids: list[int], expected: Position) -> None:
    assert position.after(ids) == expected
    assert Position.parse(str(expected)) == expected
