"""Broadcast over Redis pub/sub: channel `lms.broadcast.<channel>`, one receiving connection for the whole process."""

from __future__ import annotations

import asyncio
import contextlib

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from lms_adapters.broadcast.link import GRACE, PREFIX, Heard, Link, LinkedBroadcast
from lms_adapters.bus.session import heeding_cancellation
from lms_core.domain.errors import Unavailable


class RedisBroadcast(LinkedBroadcast):
    """`redis://host:6379`."""

    def __init__(self, url: str) -> None:
        super().__init__(_RedisLink(url))


class _RedisLink(Link):
    """Nothing is retried below: a lost connection ends `run`, and the broadcast begins anew."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=GRACE,
            socket_timeout=GRACE,
            socket_keepalive=True,
            protocol=2,
        )
        self._pubsub: PubSub | None = None
        self._heard: Heard = lambda channel, body: None
        self._confirmed: dict[str, asyncio.Event] = {}

    async def connect(self, heard: Heard) -> None:
        self._pubsub, self._heard = self._redis.pubsub(), heard
        try:
            await self._pubsub.connect()  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:
            raise Unavailable("the message broker cannot be reached", note="Redis") from error

    async def run(self) -> None:
        pubsub, heed = self._receiving, heeding_cancellation()
        try:
            while True:
                heed()
                message = await pubsub.get_message(timeout=None)
                if message is None:
                    continue
                channel = message["channel"].decode().removeprefix(PREFIX)
                if message["type"] == "message":
                    self._heard(channel, message["data"])
                elif message["type"] == "subscribe" and channel in self._confirmed:
                    self._confirmed[channel].set()
        except (RedisError, OSError) as error:
            raise Unavailable("the message broker cannot be reached", note="Redis") from error

    async def subscribe(self, channel: str) -> None:
        confirmed = self._confirmed[channel] = asyncio.Event()
        try:
            await self._receiving.subscribe(PREFIX + channel)
        except (RedisError, OSError) as error:
            raise Unavailable("the message broker cannot be reached", note="Redis") from error
        async with asyncio.timeout(GRACE):
            await confirmed.wait()

    async def unsubscribe(self, channel: str) -> None:
        self._confirmed.pop(channel, None)
        try:
            await self._receiving.unsubscribe(PREFIX + channel)
        except (RedisError, OSError) as error:
            raise Unavailable("the message broker cannot be reached", note="Redis") from error

    async def send(self, channel: str, body: bytes) -> None:
        try:
            await self._redis.publish(PREFIX + channel, body)
        except (RedisError, OSError) as error:
            raise Unavailable("the message broker cannot be reached", note="Redis") from error

    async def disconnect(self) -> None:
        pubsub, self._pubsub = self._pubsub, None
        self._confirmed.clear()
        if pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    @property
    def _receiving(self) -> PubSub:
        if self._pubsub is None:
            raise Unavailable("the message broker cannot be reached", note="Redis is not connected")
        return self._pubsub
