"""One connection to Kafka, made when first needed, held by FastStream's broker: its producer, and its consumers.

Four things about aiokafka 0.14 are put right here, each found by running it:

- When the last metadata knows no leader and the broker is gone, its metadata loop spins without a pause (a core, and
  12,000 lines of log a second).
- An idempotent producer never gives up: its `stop()` hangs for as long as the broker is away.
- A client that is cancelled while it starts leaves a connection open that nobody can close.
- A producer whose start failed warns that nobody closed it, and FastStream keeps no reference to close it by.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, ProducerClosed
from faststream.kafka import KafkaBroker

from lms_adapters.bus.session import BATCH, PATIENCE
from lms_core.domain.errors import Unavailable

PATIENCE_MS = int(PATIENCE * 1000)

# every failed attempt to reconnect is an error to aiokafka; the feeds and the relay say what matters
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class KafkaConnection:
    """Reconnects by itself, for ever. Safe to share between tasks."""

    def __init__(self, url: str) -> None:
        """`kafka://host:9092,other:9092`. Raises ValueError for one with a user: it would stand in every log line."""
        if "@" in url:
            raise ValueError("a Kafka URL has no user and no password: they are not spoken yet")
        self._servers = urlsplit(url).netloc.split(",")
        self._broker: KafkaBroker | None = None
        self._opening = asyncio.Lock()

    async def broker(self) -> KafkaBroker:
        """FastStream's broker, connected once. Raises Unavailable."""
        async with self._opening:
            if self._broker is None:
                self._broker = await self._connect()
            return self._broker

    async def consumer(self) -> AIOKafkaConsumer:
        """A consumer without a group, for positions kept elsewhere. The caller starts and stops it."""
        build = await (await self.broker()).connect()
        return build(
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_poll_records=BATCH,
            request_timeout_ms=PATIENCE_MS,
        )

    async def close(self) -> None:
        """Disconnect, in good order if the broker is there."""
        async with self._opening:
            broker, self._broker = self._broker, None
            if broker is None:
                return
            fast: Any = broker.config.broker_config.producer
            producer = fast._producer.producer
            try:
                async with asyncio.timeout(PATIENCE):
                    await broker.stop()
            except (KafkaError, TimeoutError, OSError):
                await producer._sender.close()
                producer._message_accumulator.fail_all(ProducerClosed())
                await producer.client.close()

    async def _connect(self) -> KafkaBroker:
        pause_between_metadata_requests()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._probe()
                broker = KafkaBroker(
                    self._servers,
                    logger=None,
                    client_id="lms",
                    acks="all",
                    enable_idempotence=True,
                    request_timeout_ms=PATIENCE_MS,
                    max_batch_size=256 * 1024,
                )
                await started(broker.connect())
        except (KafkaError, TimeoutError, OSError) as error:
            raise Unavailable("the message broker cannot be reached", note="Kafka") from error
        return broker

    async def _probe(self) -> None:
        """Whether anybody answers, with a client that can be closed."""
        client = AIOKafkaClient(bootstrap_servers=self._servers, request_timeout_ms=PATIENCE_MS)
        try:
            await started(client.bootstrap())
        finally:
            await client.close()


async def started(start: Awaitable[Any]) -> None:
    """Await the start of a client; a cancellation waits for its end, which the request timeout bounds."""
    task = asyncio.ensure_future(start)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def pause_between_metadata_requests() -> None:
    """Make aiokafka wait its own back-off after a metadata request that failed. For the process; once is enough."""
    original: Callable[..., Awaitable[bool]] = AIOKafkaClient._metadata_update
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    async def patient(self: Any, *args: Any, **kwargs: Any) -> bool:
        updated = await original(self, *args, **kwargs)
        if not updated:
            await asyncio.sleep(self._retry_backoff)
        return updated

    AIOKafkaClient._metadata_update = patient
