"""Broadcast: best effort to every live instance, nothing stored. Receivers read the truth again when they reconnect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Broadcast(Protocol):
    """For inbox streams, revoked sessions, reloads: hints, never facts."""

    async def send(self, channel: str, body: bytes) -> None:
        """Tell every instance that listens now. Never raises for want of listeners."""

    def listen(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Messages from the moment the block is entered; the slowest listener loses the oldest beyond 256."""

    async def close(self) -> None:
        """Let go of connections."""
