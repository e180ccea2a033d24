"""Broadcast within one process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lms_adapters.broadcast.hub import Hub, checked
from lms_core.ports.broadcast import Broadcast


class MemoryBroadcast(Broadcast):
    """To the listeners of this object."""

    def __init__(self) -> None:
        self._hub = Hub()

    async def send(self, channel: str, body: bytes) -> None:
        """See the port."""
        self._hub.deliver(checked(channel), body)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """See the port."""
        listener = self._hub.join(checked(channel))
        try:
            yield listener
        finally:
            self._hub.leave(channel, listener)

    async def close(self) -> None:
        """See the port. Nothing is held."""
