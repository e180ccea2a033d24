"""The event bus as the kernel needs it: an ordered log per publisher, read from a position that the reader keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lms_core.domain.events import Envelope


class Sink(Protocol):
    """A consuming service's inbox."""

    name: str
    """The service, `progress`."""

    async def position(self, stream: str) -> str | None:
        """Where ingest of this stream stands, in the bus's own terms; None before the first event."""

    async def ingest(self, stream: str, batch: Sequence[Envelope], position: str) -> None:
        """Store the raw events and the position in one transaction. Events seen before are dropped."""


class Bus(Protocol):
    """Transport of events between services. Nothing of the domain can make it fail."""

    async def publish(self, stream: str, batch: Sequence[Envelope]) -> None:
        """Append in order; returns when the bus has them safe. Raises Unavailable, after which any prefix may be there.

        Repeating a batch is harmless: sinks drop what they have.
        """

    async def feed(self, stream: str, sink: Sink) -> None:
        """Bring every event of the stream after the sink's position to the sink, in order, until cancelled.

        Reconnects by itself. Raises Lost when the bus no longer holds what the sink needs next.
        """

    async def ready(self) -> None:
        """Raises Unavailable when the bus cannot be reached."""

    async def close(self) -> None:
        """Let go of connections."""


class Lost(Exception):
    """The bus has dropped events that a sink has not read.

    Nothing more comes until the sink gives its position up; then it comes from the oldest that there is.
    """
