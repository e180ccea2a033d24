"""Looking at the services while somebody watches."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from lms_core.domain.errors import TooMany
from lms_core.domain.pulse import Published, Pulse
from lms_core.testing.fakes import FakeClock
from services.gateway.adapters.watching import Watch
from services.gateway.domain.discovery import Directory
from services.gateway.domain.monitoring import Board, Tally
from services.gateway.tests.usecases.fakes import FakePulses
from services.gateway.usecases.monitoring import Look, ShowPlatform


class Toy(FakePulses):
    """One service that publishes an event between two looks."""

    def __init__(self) -> None:
        super().__init__(toy=None)
        self.position = 0

    async def ask(self, name: str, after: int | None) -> Pulse:
        self.position += 1
        at = self.position
        events = [Published(position=at, type="lms.toy.Won.v1", at=at, trace_id=f"{at:032x}")]
        self.said["toy"] = Pulse(service="toy", summary="", version="1", faults={}, position=at, events=events)
        return await super().ask(name, after)


def watching(pulses: FakePulses, clock: FakeClock, *, seconds: float = 0.0, most: int = 2) -> Watch:
    board = Board()
    show = ShowPlatform(Directory(), board, Tally(), pulses, clock, lambda: 0)
    return Watch(Look(pulses, board, clock, lambda: 0), show, board, clock, seconds=seconds, most=most)


@contextlib.asynccontextmanager
async def opened(watch: Watch, last: str | None = None, **more: timedelta) -> AsyncIterator[AsyncIterator[bytes]]:
    stream = await watch.open(last, None)
    try:
        yield stream
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


async def published(stream: AsyncIterator[bytes], count: int) -> list[tuple[str, int]]:
    """The id and the time of the next events."""
    found: list[tuple[str, int]] = []
    async for chunk in stream:
        lines = dict(line.split(": ", 1) for line in chunk.decode().splitlines() if line)
        if lines["event"] == "published":
            found.append((lines["id"], msgspec.json.decode(lines["data"])["at"]))
            if len(found) == count:
                break
    return found


async def test_a_stream_brings_pulses_and_events_with_ids_to_go_on_from() -> None:
    watch = watching(Toy(), FakeClock())
    async with opened(watch) as stream:
        first = await anext(stream)
        assert first.startswith(b"event: pulse\ndata: {")
        assert await published(stream, 3) == [("toy:1", 1), ("toy:2", 2), ("toy:3", 3)]
    async with opened(watch, "toy:2") as stream:
        assert (await published(stream, 1))[0] == ("toy:3", 3)
    assert watch.watching == 0
    await watch.close()


async def test_one_look_serves_all_who_watch() -> None:
    pulses = Toy()
    watch = watching(pulses, FakeClock())
    async with opened(watch) as one, opened(watch) as other:
        both = await asyncio.gather(published(one, 5), published(other, 5))
        assert both[0] == both[1]
        assert len(pulses.asked) <= 6
    await watch.close()


async def test_nobody_is_asked_again_within_the_interval() -> None:
    pulses, clock = Toy(), FakeClock()
    watch = watching(pulses, clock, seconds=0.001)
    for _ in range(5):
        await watch.now()
    assert len(pulses.asked) == 1
    clock.advance(timedelta(seconds=1))
    await watch.now()
    assert len(pulses.asked) == 2
    await watch.close()


async def test_streams_are_limited_and_their_end_is_noticed() -> None:
    watch = watching(Toy(), FakeClock(), most=1)
    async with opened(watch):
        with pytest.raises(TooMany):
            await watch.open(None, None)
    async with opened(watch) as stream:
        assert await anext(stream)
    assert watch.watching == 0
    await watch.close()


async def test_a_stream_ends_with_the_token() -> None:
    clock = FakeClock()
    watch = watching(Toy(), clock)
    stream = await watch.open(None, clock.now() + timedelta(minutes=5))
    assert await anext(stream)
    clock.advance(timedelta(minutes=5))
    left = [chunk async for chunk in stream]
    assert all(b"event: pulse" not in chunk for chunk in left)
    assert watch.watching == 0
    await watch.close()
