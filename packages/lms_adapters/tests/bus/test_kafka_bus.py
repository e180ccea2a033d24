"""KafkaBus against a real broker."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from lms_adapters.bus import open_bus
from lms_core.ports.bus import Bus
from lms_core.testing.suites.bus import MALFORMED, Broker, BrokerBusContract, BusContract, RecordingSink, events, fed
from tests.engines.kafka import Kafka

pytestmark = pytest.mark.engine


class KafkaBroker(Broker):
    def __init__(self, engine: Kafka, query: str = "") -> None:
        self.engine = engine
        self.query = query

    async def connect(self) -> Bus:
        return open_bus(self.engine.url + self.query)

    async def down(self) -> None:
        await asyncio.to_thread(self.engine.kill)

    async def up(self) -> None:
        await asyncio.to_thread(self.engine.restart)

    async def forget(self, stream: str, count: int) -> None:
        async for admin in self.admin():
            await admin.delete_records({TopicPartition(stream, 0): RecordsToDelete(before_offset=count)})

    async def remove(self, stream: str) -> None:
        async for admin in self.admin():
            await admin.delete_topics([stream])

    async def scribble(self, stream: str) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.engine.bootstrap)
        await producer.start()
        await producer.send_and_wait(stream, b"no headers")
        await producer.send_and_wait(stream, b"\xff", headers=[("ce_id", b"\xff\xfe"), ("ce_time", b"yesterday")])
        await producer.send_and_wait(stream, None, key=b"tombstone")
        for malformed in MALFORMED:
            headers = [(name, value.encode()) for name, value in malformed.items()]
            await producer.send_and_wait(stream, b"{}", headers=headers)
        await producer.stop()

    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.engine.bootstrap)
        await admin.start()
        yield admin
        await admin.close()


@pytest.fixture(scope="module")
def engine(kafka: Kafka) -> Iterator[Kafka]:
    """A broker of our own: these tests kill it. (`kafka` skips where it is not installed.)"""
    with Kafka() as mine:
        yield mine


@pytest.fixture
def broker(engine: Kafka) -> Iterator[KafkaBroker]:
    yield KafkaBroker(engine)
    if not engine.running:  # the test failed in between
        engine.restart()


class TestKafkaBus(BrokerBusContract):
    pass


class TestFourPartitions(BusContract):
    @pytest.fixture
    def broker(self, kafka: Kafka) -> KafkaBroker:
        return KafkaBroker(kafka, "?partitions=4")


async def test_more_partitions_are_read_from_their_beginning(kafka: Kafka) -> None:
    broker = KafkaBroker(kafka)
    bus, stream, sink = await broker.connect(), broker.stream(), RecordingSink()
    await bus.publish(stream, events(stream, 50, keys=50))
    async with fed(bus, stream, sink):
        await sink.has(stream, 50)
    from aiokafka.admin import NewPartitions

    async for admin in broker.admin():
        await admin.create_partitions({stream: NewPartitions(total_count=3)})
    await bus.close()
    bus = await broker.connect()
    await bus.publish(stream, events(stream, 50, keys=50, start=50))
    async with fed(bus, stream, sink):
        await sink.has(stream, 100)
    assert sink.repeated == 0
    await bus.close()
