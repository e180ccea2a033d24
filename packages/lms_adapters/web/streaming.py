"""Server-sent events (HTML Standard, section 9.2) from an asynchronous source, with a heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from litestar.response import Stream

HEARTBEAT_SECONDS = 15.0
_open: set[asyncio.Event] = set()
"""An event for each open stream: set it, and the stream ends."""


def end_streams() -> None:
    """The process is about to stop: every stream ends now, so that nobody waits. Clients come back and resume."""
    for end in _open:
        end.set()


def event(data: bytes, *, id: str | None = None, name: str | None = None) -> bytes:
    """One event; `data` is one line of JSON."""
    head = (f"id: {id}\n" if id is not None else "") + (f"event: {name}\n" if name is not None else "")
    return head.encode() + b"data: " + data + b"\n\n"


async def _with_heartbeat(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    source = aiter(events)
    following: asyncio.Future[bytes] | None = None
    end = asyncio.Event()
    _open.add(end)  # before anything is sent: who has heard of us may end the process
    ended = asyncio.ensure_future(end.wait())
    try:
        yield b": connected\n\n"
        while not end.is_set():
            following = following or asyncio.ensure_future(anext(source))
            waited_for: set[asyncio.Future[Any]] = {following, ended}
            await asyncio.wait(waited_for, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                yield b": still here\n\n"
                continue
            try:
                chunk = following.result()
            except StopAsyncIteration:
                return
            following = None
            yield chunk
    finally:
        _open.discard(end)
        left = [task for task in (following, ended) if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if isinstance(events, AsyncGenerator):
            await events.aclose()


def stream(events: AsyncIterator[bytes]) -> Stream:
    """The answer that sends the events as they come."""
    return Stream(
        _with_heartbeat(events),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
