"""Broadcast over a broker: one subscription for each channel that somebody here listens to, kept alive by one task.

The broker may be away: `send` then loses its message with a line in the log, and `listen` begins without it, in time to
hear what comes once it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from lms_adapters.broadcast.hub import Hub, checked
from lms_adapters.bus.session import heeding_cancellation
from lms_core.domain.errors import Unavailable, in_full
from lms_core.ports.broadcast import Broadcast

PREFIX = "lms.broadcast."
GRACE = 3.0
"""Seconds that `listen` waits for its subscription, and `send` for the broker."""
PAUSE = 0.25

log = logging.getLogger(__name__)

Heard = Callable[[str, bytes], None]
"""Called with the channel and the body of each message."""


class Link(ABC):
    """A connection to the broker that can be lost. Each method raises Unavailable."""

    @abstractmethod
    async def connect(self, heard: Heard) -> None:
        """A connection without subscriptions."""

    @abstractmethod
    async def run(self) -> None:
        """Receive, until the connection is lost."""

    @abstractmethod
    async def subscribe(self, channel: str) -> None:
        """Returns when the broker has confirmed it. `run` may be running."""

    @abstractmethod
    async def unsubscribe(self, channel: str) -> None:
        """The opposite."""

    @abstractmethod
    async def send(self, channel: str, body: bytes) -> None:
        """To everyone."""

    @abstractmethod
    async def disconnect(self) -> None:
        """Let go of what receives; sending may go on. Never raises."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything. Never raises."""


class LinkedBroadcast(Broadcast):
    """Broadcast over a link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._hub = Hub()
        self._wanted = asyncio.Condition()
        self._subscribed: set[str] = set()
        self._keeper: asyncio.Task[None] | None = None

    async def send(self, channel: str, body: bytes) -> None:
        """See the port. It raises nothing, and is not kept, when the broker is away."""
        checked(channel)
        try:
            async with asyncio.timeout(GRACE):
                await self._link.send(channel, body)
        except (Unavailable, TimeoutError) as error:
            log.warning("a message on %s went to nobody: %s", channel, in_full(error))

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """See the port. It also begins while the broker is away."""
        listener = self._hub.join(checked(channel))
        try:
            if self._keeper is None:
                self._keeper = asyncio.create_task(self._keep(), name="broadcast")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GRACE), self._wanted:
                    self._wanted.notify_all()
                    await self._wanted.wait_for(lambda: channel in self._subscribed)
            yield listener
        finally:
            if self._hub.leave(channel, listener):
                await self._tell()

    async def close(self) -> None:
        """See the port."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        await self._link.close()

    async def _keep(self) -> None:
        heed = heeding_cancellation()
        while True:
            try:
                await self._link.connect(self._hub.deliver)
                await _both(self._link.run(), self._follow())
            except (Unavailable, TimeoutError) as error:
                log.warning("broadcast will connect again: %s", in_full(error))
            finally:
                self._subscribed.clear()
                await self._link.disconnect()
            heed()
            await asyncio.sleep(PAUSE)

    async def _follow(self) -> None:
        """Subscribe to what somebody listens to, and to nothing else."""
        heed = heeding_cancellation()
        while True:
            heed()
            async with self._wanted:
                await self._wanted.wait_for(lambda: {*self._hub.channels} != self._subscribed)
            for channel in {*self._hub.channels} - self._subscribed:
                await self._link.subscribe(channel)
                self._subscribed.add(channel)
            for channel in self._subscribed - {*self._hub.channels}:
                self._subscribed.discard(channel)
                await self._link.unsubscribe(channel)
            await self._tell()

    async def _tell(self) -> None:
        async with self._wanted:
            self._wanted.notify_all()


async def _both(*endless: Coroutine[Any, Any, None]) -> None:
    """Run them until one fails; then none runs on. (CPython 3.11's TaskGroup leaves its task half cancelled.)"""
    tasks = [asyncio.create_task(one) for one in endless]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
