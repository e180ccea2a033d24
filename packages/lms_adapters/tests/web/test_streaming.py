"""Server-sent events: what a stream sends, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from lms_adapters.web import streaming
from lms_adapters.web.streaming import end_streams, event, stream


class Source:
    """Two events, then silence until it is closed."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def events(self) -> AsyncIterator[bytes]:
        try:
            yield event(b"1", id="7", name="tick")
            yield event(b"2")
            await asyncio.Event().wait()
        finally:
            self.closed.set()


def chunks(source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What goes to the client."""
    answer: Any = stream(source)
    return cast(AsyncIterator[bytes], answer.iterator)


async def test_events_heartbeat_and_the_end_when_the_process_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.001)
    source = Source()
    sent = chunks(source.events())
    assert [await anext(sent) for _ in range(4)] == [
        b": connected\n\n",
        b"id: 7\nevent: tick\ndata: 1\n\n",
        b"data: 2\n\n",
        b": still here\n\n",
    ]
    end_streams()
    async with asyncio.timeout(5):
        assert {chunk async for chunk in sent} <= {b": still here\n\n"}
        await source.closed.wait()
    assert streaming._open == set()


async def test_a_stream_that_has_only_said_hello_ends_too() -> None:
    sent = chunks(Source().events())
    assert await anext(sent) == b": connected\n\n"
    end_streams()
    async with asyncio.timeout(5):
        assert [chunk async for chunk in sent] == []
    assert streaming._open == set()


async def test_a_stream_ends_with_its_source() -> None:
    async def one() -> AsyncIterator[bytes]:
        yield event(b"1")

    assert [chunk async for chunk in chunks(one())] == [b": connected\n\n", b"data: 1\n\n"]
    assert streaming._open == set()
