"""Looking at the services while somebody watches: one look an interval, shared by all who do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime, timedelta

from lms_adapters.web.streaming import event
from lms_core.domain.errors import TooMany
from lms_core.domain.events import encode
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.gateway.domain.monitoring import Board, Flow, read_seen, write_seen
from services.gateway.usecases.monitoring import Look, Now, ShowPlatform

_SPREAD = 0.1
"""Seconds over which the questions of one look are spread."""
SHOWN = 50
"""Events that one who comes anew is shown."""


class Watch:
    """The board, kept fresh while it is looked at; nobody is asked anything when nobody looks."""

    def __init__(
        self, look: Look, show: ShowPlatform, board: Board, clock: Clock, *, seconds: float, most: int
    ) -> None:
        """`seconds` between two looks; at most `most` streams."""
        self._look = look
        self._show = show
        self._board = board
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._looked_at = 0
        self._next: asyncio.Task[None] | None = None
        self.watching = 0

    async def now(self) -> Now:
        """The platform now, or as it was less than an interval ago."""
        if to_ms(self._clock.now()) - self._looked_at >= self._seconds * 1000:
            await self._looked(0.0)
        return await self._show()

    def flows(self) -> tuple[list[Flow], str]:
        """The events that flowed last, and the id from which a stream goes on behind them."""
        shown = self._board.after(self._board.flowed - SHOWN)
        seen: dict[str, int] = {}
        for flow in self._board.flows:
            _see(seen, flow)
        return shown, write_seen(seen)

    async def open(self, last_event_id: str | None, until: datetime | None) -> AsyncIterator[bytes]:
        """A stream: `pulse` at every look, `published` for every event; it ends at `until`.

        With the id of the event that came last it goes on behind it. Raises TooMany.
        """
        if self.watching >= self._most:
            raise TooMany("{most} watch already", most=self._most, after=timedelta(seconds=10))
        events = self._events(read_seen(last_event_id or ""), until)
        await anext(events)  # it has begun, and is counted until it ends
        return events

    async def _events(self, seen: dict[str, int] | None, until: datetime | None) -> AsyncGenerator[bytes, None]:
        self.watching += 1
        try:
            yield b""
            await self.now()
            flows = self._board.beyond(seen) if seen else self._board.after(self._board.flowed - SHOWN)
            seen = seen or {}
            while until is None or self._clock.now() < until:
                number = self._board.flowed
                yield event(encode(await self._show()), name="pulse")
                for flow in flows:
                    _see(seen, flow)
                    yield event(encode(_told(flow)), id=write_seen(seen), name="published")
                await self._looked(self._seconds)
                flows = self._board.after(number)
        finally:
            self.watching -= 1

    async def _looked(self, wait: float) -> None:
        """Look after a while; whoever comes meanwhile waits for the same look."""
        if self._next is None or self._next.done():
            self._next = asyncio.create_task(self._soon(wait))
        await asyncio.shield(self._next)

    async def _soon(self, wait: float) -> None:
        await asyncio.sleep(wait)
        await self._look(min(self._seconds / 4, _SPREAD))
        self._looked_at = to_ms(self._clock.now())

    async def close(self) -> None:
        """No more looks."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)


def _see(seen: dict[str, int], flow: Flow) -> None:
    seen[flow.service] = max(seen.get(flow.service, 0), flow.event.position)


def _told(flow: Flow) -> dict[str, object]:
    told = flow.event
    return {"service": flow.service, "type": told.type, "at": told.at, "trace_id": told.trace_id}
