"""Within a process: who listens to which channel, each behind a short queue that forgets the oldest."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator

QUEUE = 256
_CHANNEL = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def checked(channel: str) -> str:
    """The channel. Raises ValueError when a broker could take it for a pattern."""
    if not _CHANNEL.fullmatch(channel):
        raise ValueError(f"{channel!r} is no channel: words of letters, digits, - and _, joined by dots")
    return channel


class Listener(AsyncIterator[bytes]):
    """One listener's queue."""

    def __init__(self) -> None:
        self._queue: deque[bytes] = deque(maxlen=QUEUE)
        self._arrived = asyncio.Event()

    def put(self, body: bytes) -> None:
        """Behind the others; the oldest goes when there are too many."""
        self._queue.append(body)
        self._arrived.set()

    async def __anext__(self) -> bytes:
        while not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        return self._queue.popleft()


class Hub:
    """The listeners of this process, by channel."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}

    @property
    def channels(self) -> tuple[str, ...]:
        """Those that somebody listens to."""
        return tuple(self._listeners)

    def deliver(self, channel: str, body: bytes) -> None:
        """To every listener of the channel."""
        for listener in self._listeners.get(channel, ()):
            listener.put(body)

    def join(self, channel: str) -> Listener:
        """A new listener."""
        listener = Listener()
        self._listeners.setdefault(channel, set()).add(listener)
        return listener

    def leave(self, channel: str, listener: Listener) -> bool:
        """Whether it was the channel's last."""
        left = self._listeners[channel]
        left.discard(listener)
        if not left:
            del self._listeners[channel]
        return not left
