"""Kafka as the bus: a topic per publishing service, read from a position that is SQL's.

`lms.course` is the topic. A position is the next offset of each partition. One partition is the default: a service has
one active ingest, so more of them divide the broker's work and not ours. Order per key holds with any number, as long
as the number stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from lms_adapters.bus.kafka_connection import KafkaConnection, started
from lms_adapters.bus.session import BATCH, PATIENCE, done_with, heeding_cancellation, keep_feeding, settings
from lms_core.domain.errors import Unavailable
from lms_core.domain.events import Envelope
from lms_core.ports.bus import Bus, Lost, Sink

DAY_MS = 86_400_000
EXISTS = 36

log = logging.getLogger(__name__)


class KafkaBus(Bus):
    """`kafka://host:9092?max_age_days=7&partitions=1&replicas=1`."""

    def __init__(self, url: str) -> None:
        self._settings = settings(url, max_age_days=7, partitions=1, replicas=1)
        self._connection = KafkaConnection(url)
        self._declared: set[str] = set()

    async def publish(self, stream: str, batch: Sequence[Envelope]) -> None:
        """See the port. All are sent, then all acknowledgements awaited; the idempotent producer keeps the order.

        What was not acknowledged in time may still arrive later: sinks drop what they have.
        """
        broker = await self._connection.broker()
        acks: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(PATIENCE):
                await self._declare(stream)
                for event in batch:
                    acks.append(  # noqa: PERF401 - what was sent before a failure must be known
                        await broker.publish(
                            event.body,
                            topic=stream,
                            key=event.key.encode(),
                            headers=event.headers,
                            correlation_id=event.id,
                            no_confirm=True,
                        )
                    )
                for ack in acks:
                    await ack
        except (KafkaError, TimeoutError, OSError) as error:
            self._declared.discard(stream)
            raise Unavailable("the message broker did not take the events", note="Kafka") from error
        finally:
            done_with(acks)

    async def feed(self, stream: str, sink: Sink) -> None:
        """See the port."""
        await keep_feeding(lambda: self._session(stream, sink), stream, sink.name)

    async def ready(self) -> None:
        """See the port."""
        broker = await self._connection.broker()
        if not await broker.ping(PATIENCE):
            raise Unavailable("the message broker does not answer", note="Kafka")

    async def close(self) -> None:
        """See the port."""
        await self._connection.close()
        self._declared.clear()

    async def _declare(self, stream: str) -> None:
        """Create the topic; one that exists keeps its settings."""
        if stream in self._declared:
            return
        topic = NewTopic(
            stream,
            self._settings["partitions"],
            self._settings["replicas"],
            topic_configs={"cleanup.policy": "delete", "retention.ms": str(self._settings["max_age_days"] * DAY_MS)},
        )
        answer = await (await self._admin()).create_topics([topic])
        for _, code, *said in answer.topic_errors:
            if code not in (0, EXISTS):
                raise Unavailable(
                    "the message broker did not take the events",
                    note=f"Kafka refuses the topic {stream}: error {code} {said}",
                )
        self._declared.add(stream)

    async def _admin(self) -> Any:
        return (await self._connection.broker()).config.broker_config.admin_client

    async def _session(self, stream: str, sink: Sink) -> None:
        heed = heeding_cancellation()
        self._declared.discard(stream)  # it may have been deleted since the last session
        async with self._consume(stream) as (consumer, partitions):
            text = await sink.position(stream)
            following = await _start(consumer, partitions, {} if text is None else json.loads(text))
            while True:
                heed()
                try:
                    arrived = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
                except OffsetOutOfRangeError as error:
                    raise Lost(f"{stream} no longer holds offset {error}") from error
                records = [record for some in arrived.values() for record in some]
                if not records:
                    continue
                for record in records:
                    following[str(record.partition)] = record.offset + 1
                envelopes = [e for e in map(from_record, records) if e is not None]
                await sink.ingest(stream, envelopes, json.dumps(following))

    @asynccontextmanager
    async def _consume(self, stream: str) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
        """A consumer of all partitions of the topic, not yet at any place."""
        consumer = await self._connection.consumer()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._declare(stream)
                [topic] = await (await self._admin()).describe_topics([stream])
                if topic["error_code"] or not topic["partitions"]:
                    raise Unavailable(
                        "the message broker does not answer", note=f"no topic {stream} yet: error {topic['error_code']}"
                    )
                await started(consumer.start())
            partitions = sorted(TopicPartition(stream, p["partition"]) for p in topic["partitions"])
            consumer.assign(partitions)
            yield consumer, partitions
        finally:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(PATIENCE):
                    await consumer.stop()


async def _start(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition], position: dict[str, int]
) -> dict[str, int]:
    """Go to the position; a partition that is not in it is read from its first record. Raises Lost."""
    first = await consumer.beginning_offsets(partitions)
    end = await consumer.end_offsets(partitions)
    following: dict[str, int] = {}
    for partition in partitions:
        at = position.get(str(partition.partition), first[partition])
        if not first[partition] <= at <= end[partition]:
            raise Lost(f"{partition} holds {first[partition]} to {end[partition]}, the sink needs {at}")
        consumer.seek(partition, at)
        following[str(partition.partition)] = at
    return following


def from_record(record: ConsumerRecord) -> Envelope | None:
    """The event; None, with a line in the log, for what is none: it was not we who wrote it, and it must not block."""
    try:
        headers = {name: value.decode() for name, value in record.headers if value is not None}
        return Envelope.from_headers(headers, record.value or b"")
    except (KeyError, ValueError) as error:
        log.error("%s[%d]: record %d is no event: %r", record.topic, record.partition, record.offset, error)
        return None
