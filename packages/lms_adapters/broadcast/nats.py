"""Broadcast over NATS core: subject `lms.broadcast.<channel>`, no JetStream."""

from __future__ import annotations

import asyncio
import contextlib

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from lms_adapters.broadcast.link import GRACE, PREFIX, Heard, Link, LinkedBroadcast
from lms_adapters.bus.nats_connection import NatsConnection
from lms_core.domain.errors import Unavailable


class NatsBroadcast(LinkedBroadcast):
    """`nats://host:4222`."""

    def __init__(self, url: str) -> None:
        super().__init__(_NatsLink(url))


class _NatsLink(Link):
    """The client reconnects and subscribes again by itself."""

    def __init__(self, url: str) -> None:
        self._connection = NatsConnection(url)
        self._subscriptions: dict[str, Subscription] = {}
        self._client: Client | None = None
        self._heard: Heard = lambda channel, body: None

    async def connect(self, heard: Heard) -> None:
        self._client, self._heard = await self._connection.client(), heard

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def subscribe(self, channel: str) -> None:
        assert self._client is not None

        async def arrived(message: Msg) -> None:
            self._heard(channel, message.data)

        try:
            self._subscriptions[channel] = await self._client.subscribe(PREFIX + channel, cb=arrived)
            await self._client.flush(int(GRACE))
        except nats.errors.Error as error:
            raise Unavailable("the message broker cannot be reached", note="NATS") from error

    async def unsubscribe(self, channel: str) -> None:
        try:
            await self._subscriptions.pop(channel).unsubscribe()
        except nats.errors.Error as error:
            raise Unavailable("the message broker cannot be reached", note="NATS") from error

    async def send(self, channel: str, body: bytes) -> None:
        client = await self._connection.client()
        try:
            await client.publish(PREFIX + channel, body)
        except nats.errors.Error as error:
            raise Unavailable("the message broker cannot be reached", note="NATS") from error

    async def disconnect(self) -> None:
        for channel in tuple(self._subscriptions):
            with contextlib.suppress(Unavailable):
                await self.unsubscribe(channel)

    async def close(self) -> None:
        await self._connection.close()
