"""NatsBus against a real server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import nats as client
import pytest
from nats.js import JetStreamContext

from lms_adapters.bus import open_bus
from lms_adapters.bus.nats import stream_name
from lms_core.ports.bus import Bus
from lms_core.testing.suites.bus import MALFORMED, Broker, BrokerBusContract, RecordingSink, events, fed
from tests.engines.nats import Nats

pytestmark = pytest.mark.engine


class NatsBroker(Broker):
    def __init__(self, server: Nats) -> None:
        self.server = server

    async def connect(self) -> Bus:
        return open_bus(self.server.url)

    async def down(self) -> None:
        await asyncio.to_thread(self.server.kill)

    async def up(self) -> None:
        await asyncio.to_thread(self.server.restart)

    async def forget(self, stream: str, count: int) -> None:
        async for jetstream in self.jetstream():
            await jetstream.purge_stream(stream_name(stream), seq=count + 1)

    async def remove(self, stream: str) -> None:
        async for jetstream in self.jetstream():
            await jetstream.delete_stream(stream_name(stream))

    async def scribble(self, stream: str) -> None:
        async for jetstream in self.jetstream():
            await jetstream.publish(stream, b"no headers")
            await jetstream.publish(stream, b"", headers={"ce-id": "1", "ce-time": "yesterday"})
            await jetstream.publish(stream, b"\xff", headers={"ce-id": "%ff%fe", "x": "é"})
            for malformed in MALFORMED:
                headers = {name.replace("ce_", "ce-"): quote(value) for name, value in malformed.items()}
                await jetstream.publish(stream, b"{}", headers=headers)

    async def jetstream(self) -> AsyncIterator[JetStreamContext]:
        connection = await client.connect(self.server.url)
        yield connection.jetstream()
        await connection.close()


@pytest.fixture(scope="module")
def server(nats: Nats) -> Iterator[Nats]:
    """A server of our own: these tests kill it. (`nats` skips where it is not installed.)"""
    with Nats() as mine:
        yield mine


@pytest.fixture
def broker(server: Nats) -> Iterator[NatsBroker]:
    yield NatsBroker(server)
    if not server.running:  # the test failed in between
        server.restart()


class TestNatsBus(BrokerBusContract):
    pass


async def test_an_event_removed_from_the_middle_is_lost(broker: NatsBroker) -> None:
    from lms_core.ports.bus import Lost

    bus, stream, sink = await broker.connect(), broker.stream(), RecordingSink()
    await bus.publish(stream, events(stream, 10))
    async for jetstream in broker.jetstream():
        await jetstream.delete_msg(stream_name(stream), 6)
    with pytest.raises(Lost):
        async with asyncio.timeout(20):
            await bus.feed(stream, sink)
    assert len(sink.stored[stream]) == 5
    await bus.close()


async def test_a_stream_is_brought_up_to_date(broker: NatsBroker) -> None:
    stream = broker.stream()
    for days in (7, 3):
        bus = open_bus(f"{broker.server.url}?max_age_days={days}")
        await bus.publish(stream, events(stream, 1))
        async for jetstream in broker.jetstream():
            info = await jetstream.stream_info(stream_name(stream))
            assert info.config.max_age == days * 86_400
        await bus.close()


async def test_the_server_drops_what_it_has(broker: NatsBroker) -> None:
    bus, stream, sink = await broker.connect(), broker.stream(), RecordingSink()
    published = events(stream, 20)
    async with fed(bus, stream, sink):
        await bus.publish(stream, published)
        await bus.publish(stream, published)
        await bus.publish(stream, events(stream, 1, start=20))
        await sink.has(stream, 21)
    assert sink.repeated == 0
    await bus.close()
