"""The bus of one process: the publishers' logs are the stream, publishing rings a bell.

What is published already stands in the publisher's outbox, safe and in order. So nothing is handed over in memory: each
feed reads the log from its sink's position, and `publish` tells it to look. Live and catching up are the same thing;
there is no gap between them, no order in which feeds and relays must start, and what was published while a service was
absent is read when it is back.

**Why the position misses nothing.** The ids of a log are given out in order but may be committed out of order
(PostgreSQL), and an id whose transaction was rolled back never comes. A position is therefore the last id read *and the
gaps below it*. A late event's own publication rings the bell after its commit, the feed reads its gaps again, and there
it is. Every id is read once: a restart repeats nothing, however long ago the inbox forgot what it had. A gap is given
up when a thousand ids have passed after its end: `record` is the last statement before COMMIT, so no transaction lets a
thousand others overtake it. Order per key holds because a writer locks its keys before it takes an id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from lms_adapters.bus.session import BATCH, keep_feeding
from lms_core.domain.events import Envelope
from lms_core.ports.bus import Bus, Sink

PATIENT_IDS = 1000

MOMENT = 1.0
"""Seconds that `publish` waits for a sink, once."""

SAFETY_SCAN = 30.0
"""Seconds until a sink that rests looks at the log without having been called, should another process have written."""


class Log(Protocol):
    """A publisher's log: `lms_adapters.sql.outbox.Outbox`."""

    async def log(self, *, after: int, limit: int) -> list[tuple[int, Envelope]]:
        """The events with an id above `after`, in order."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a log was read: up to `last`, but for the gaps (first and last missing id of each)."""

    last: int = 0
    gaps: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> Position:
        """From what `str()` gave; the beginning when there is nothing yet."""
        if text is None:
            return cls()
        last, *gaps = json.loads(text)
        return cls(last, tuple((first, end) for first, end in gaps))

    def __str__(self) -> str:
        return json.dumps([self.last, *self.gaps], separators=(",", ":"))

    def after(self, ids: Sequence[int]) -> Position:
        """With these ids read as well. Gaps a thousand ids behind are given up."""
        last = max((self.last, *ids))
        open_gaps = [*self.gaps, (self.last + 1, last)]
        return Position(
            last,
            tuple(
                hole
                for first, end in open_gaps
                for hole in _holes(first, end, sorted(id for id in ids if first <= id <= end))
                if hole[1] >= last - PATIENT_IDS
            ),
        )


def _holes(first: int, end: int, ids: Sequence[int]) -> list[tuple[int, int]]:
    """What is missing between first and end, both included."""
    return [(a + 1, b - 1) for a, b in pairwise((first - 1, *ids, end + 1)) if a + 1 <= b - 1]


class _Reader:
    """A sink that is fed from a stream: its bell, and who waits for its next look at the log."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.bell = asyncio.Event()
        self.awake = True
        """Worth waiting for: from the start, until it fails or takes too long."""
        self.resting = False
        """It has read all there was, and waits for its bell."""
        self._waiting: list[asyncio.Future[None]] = []

    def look(self) -> asyncio.Future[None]:
        """Ring; done when the reader has looked, or has failed and will begin anew."""
        looked = asyncio.get_running_loop().create_future()
        self._waiting.append(looked)
        self.bell.set()
        return looked

    def begin(self) -> list[asyncio.Future[None]]:
        """Those who rang before the look that begins now."""
        self.resting = False
        self.bell.clear()
        waiting, self._waiting = self._waiting, []
        return waiting

    def end(self) -> None:
        """The session is over: nobody waits for it any longer."""
        self.awake = False
        _tell(self.begin())


def _tell(waiting: Sequence[asyncio.Future[None]]) -> None:
    for looked in waiting:
        if not looked.done():
            looked.set_result(None)


class MemoryBus(Bus):
    """See the module."""

    def __init__(self, logs: Mapping[str, Log]) -> None:
        """`logs` by stream (`lms.course`); looked at when needed, so it may be filled later."""
        self._logs = logs
        self._readers: dict[str, set[_Reader]] = {}
        self._fed = asyncio.Condition()

    async def publish(self, stream: str, batch: Sequence[Envelope]) -> None:
        """See the port. The batch stands in the log already: those who are fed from it are told to look.

        It waits until they have looked, though never for one that fails or takes longer than a moment: that one reads
        the log when it can.
        """
        if stream not in self._logs:
            raise LookupError(f"the memory bus was given no log for {stream}")
        looks: dict[asyncio.Future[None], _Reader] = {}
        for reader in self._readers.get(stream, ()):
            if reader.awake:
                looks[reader.look()] = reader
            else:
                reader.bell.set()
        if looks:
            _, slow = await asyncio.wait(looks, timeout=MOMENT)
            for look in slow:
                looks[look].awake = False

    async def feed(self, stream: str, sink: Sink) -> None:
        """See the port."""
        reader = _Reader(sink)
        readers = self._readers.setdefault(stream, set())
        readers.add(reader)
        try:
            async with self._fed:
                self._fed.notify_all()
            await keep_feeding(lambda: self._session(stream, reader), stream, sink.name)
        finally:
            readers.discard(reader)

    async def fed(self, readers: Mapping[str, Collection[str]]) -> None:
        """Wait until these sinks are fed, by stream: then `publish` waits for them. Nothing is lost without it."""
        async with self._fed:
            await self._fed.wait_for(
                lambda: all({*names} <= {r.sink.name for r in self._readers.get(s, ())} for s, names in readers.items())
            )

    async def come_to_rest(self) -> bool:
        """Wait until those that are fed have read all there is, however long it takes; whether any had not."""
        readers = [reader for readers in self._readers.values() for reader in readers]
        at_it = [reader for reader in readers if reader.bell.is_set() or not reader.resting]
        await asyncio.gather(*(reader.look() for reader in at_it))
        return bool(at_it)

    async def ready(self) -> None:
        """See the port. It is here."""

    async def close(self) -> None:
        """See the port. Nothing is held."""

    async def _session(self, stream: str, reader: _Reader) -> None:
        sink, waiting = reader.sink, list[asyncio.Future[None]]()
        try:
            position = Position.parse(await sink.position(stream))
            while True:
                waiting += reader.begin()  # before reading: what is published from now on rings again
                reader.awake = True
                rows, more = await self._read(stream, position)
                if rows:
                    position = position.after([id for id, _ in rows])
                    await sink.ingest(stream, [envelope for _, envelope in rows], str(position))
                if not more:
                    _tell(waiting)
                    waiting.clear()
                    reader.resting = True
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(SAFETY_SCAN):
                            await reader.bell.wait()
        finally:
            _tell(waiting)
            reader.end()

    async def _read(self, stream: str, position: Position) -> tuple[list[tuple[int, Envelope]], bool]:
        """The next events, those that came late first, and whether there may be more at once."""
        if stream not in self._logs:  # its publisher does not run here and so says nothing
            return [], False
        log = self._logs[stream]
        for first, end in position.gaps:
            late = [row for row in await log.log(after=first - 1, limit=min(end - first + 1, BATCH)) if row[0] <= end]
            if late:
                return late, True
        rows = await log.log(after=position.last, limit=BATCH)
        return rows, len(rows) == BATCH
