"""Server-sent events (HTML Standard, section 9.2) from an asynchronous source, with a heartbeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from litestar.response import Stream

HEARTBEAT_SECONDS = 15.0


def event(data: bytes, *, id: str | None = None, name: str | None = None) -> bytes:
    """One event; `data` is one line of JSON."""
    head = (f"id: {id}\n" if id is not None else "") + (f"event: {name}\n" if name is not None else "")
    return head.encode() + b"data: " + data + b"\n\n"


async def _with_heartbeat(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield b": connected\n\n"
    source = aiter(events)
    following: asyncio.Future[bytes] | None = None
    try:
        while True:
            following = following or asyncio.ensure_future(anext(source))
            done, _ = await asyncio.wait({following}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield b": still here\n\n"
                continue
            try:
                chunk = following.result()
            except StopAsyncIteration:
                return
            following = None
            yield chunk
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        if isinstance(events, AsyncGenerator):
            await events.aclose()


def stream(events: AsyncIterator[bytes]) -> Stream:
    """The answer that sends the events as they come."""
    return Stream(
        _with_heartbeat(events),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
