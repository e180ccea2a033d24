"""One connection to NATS, made when first needed, held by FastStream's broker; the bus and the broadcast use it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import nats.errors
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js import JetStreamContext

from lms_adapters.bus.session import PATIENCE
from lms_core.domain.errors import Unavailable

CONNECT_SECONDS = 2.0
RECONNECT_SECONDS = 0.25

log = logging.getLogger(__name__)


class NatsConnection:
    """Reconnects by itself, for ever. Safe to share between tasks."""

    def __init__(self, url: str) -> None:
        """The query of the URL is not NATS's."""
        self._url = urlunsplit(urlsplit(url)._replace(query=""))
        self._broker: NatsBroker | None = None
        self._jetstream: JetStreamContext | None = None
        self._opening = asyncio.Lock()
        self._refused_until = 0.0
        self._watchers: set[Callable[[], None]] = set()

    async def client(self) -> Client:
        """The connected client. Raises Unavailable, at once while it is reconnecting."""
        async with self._opening:
            if self._broker is None:
                self._broker = await self._connect()
        client = await self._broker.connect()
        if not client.is_connected:
            raise Unavailable("the message broker cannot be reached", note="NATS is not connected")
        return client

    async def jetstream(self) -> JetStreamContext:
        """JetStream over the same connection: always the same object, because it holds what awaits its ack."""
        client = await self.client()
        if self._jetstream is None:
            self._jetstream = client.jetstream(timeout=PATIENCE)
        return self._jetstream

    @contextlib.contextmanager
    def watch(self, reconnected: Callable[[], None]) -> Iterator[None]:
        """Call it after each reconnect within the block."""
        self._watchers.add(reconnected)
        try:
            yield
        finally:
            self._watchers.discard(reconnected)

    async def close(self) -> None:
        """Disconnect, in good order if the server is there."""
        async with self._opening:
            broker, self._broker, self._jetstream = self._broker, None, None
            if broker is None:
                return
            client = await broker.connect()
            try:
                async with asyncio.timeout(PATIENCE):
                    await broker.stop()
            except (nats.errors.Error, TimeoutError, OSError):
                await client.close()

    async def _connect(self) -> NatsBroker:
        loop = asyncio.get_running_loop()
        if loop.time() < self._refused_until:
            raise Unavailable("the message broker cannot be reached", note="NATS was not a moment ago")
        broker = NatsBroker(
            self._url,
            logger=None,
            name="lms",
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # declared as int, used as seconds
            error_cb=_quiet,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
        )
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await broker.connect()
        except (nats.errors.Error, TimeoutError, OSError) as error:
            self._refused_until = loop.time() + RECONNECT_SECONDS
            raise Unavailable("the message broker cannot be reached", note="NATS") from error
        return broker

    async def _disconnected(self) -> None:
        log.warning("NATS: disconnected")

    async def _reconnected(self) -> None:
        log.warning("NATS: connected again")
        for watcher in tuple(self._watchers):
            watcher()


async def _quiet(error: Exception) -> None:
    """Each failed attempt to reconnect comes here; that we are disconnected was said once."""
    log.debug("NATS: %r", error)
