"""Watching the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Unavailable
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.gateway.domain.discovery import Directory
from services.gateway.domain.monitoring import Board, Flow, Standing, State, Tally
from services.gateway.ports.monitoring import Pulses
from services.gateway.ports.rate_limiting import Ticks

_MS, _SECOND = 1_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """Ask every service how it is doing; one that does not answer keeps what it said last."""

    raises: ClassVar = ()

    pulses: Pulses
    board: Board
    clock: Clock
    ticks: Ticks

    async def __call__(self, spread: float = 0.0) -> None:
        """`spread`: seconds over which the questions are begun, so that none is late because of the others."""
        names = sorted(self.pulses.names())
        found = await asyncio.gather(*(self._ask(name, spread * n / len(names)) for n, name in enumerate(names)))
        self.board.add(flow for flows in found for flow in flows)

    async def _ask(self, name: str, pause: float) -> list[Flow]:
        await asyncio.sleep(pause)
        began = self.ticks()
        try:
            pulse = await self.pulses.ask(name, self.board.position(name))
        except Unavailable as error:
            self.board.missed(name, str(error))
            return []
        return self.board.heard(name, pulse, (self.ticks() - began) / _MS, to_ms(self.clock.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNow:
    """A service on the front page."""

    name: str
    summary: str
    version: str
    state: State
    why: tuple[str, ...]
    latency_ms: float | None
    heard_at: int | None
    requests_per_second: float
    errors_per_second: float
    events_per_second: float
    outbox: int | None
    """Backlogs as the service said last; null when it never did."""
    inbox: int | None
    jobs: int | None
    dead_letters: int | None
    dead_jobs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The platform as this gateway sees it."""

    at: int
    services: Sequence[ServiceNow]
    requests: list[int]
    """Answered through this gateway in each of the last sixty seconds,"""
    errors: list[int]
    """and those of them that a service or the gateway failed (5xx)."""


@dataclass(frozen=True, slots=True)
class ShowPlatform:
    """How everything is doing, as it was at the last look."""

    raises: ClassVar = ()

    directory: Directory
    board: Board
    tally: Tally
    pulses: Pulses
    clock: Clock
    ticks: Ticks

    async def __call__(self) -> Now:
        second = self.ticks() // _SECOND
        rates = self.tally.rates(second)
        requests, errors = self.tally.series(second)
        names = sorted(self.pulses.names() | self.directory.known.keys())
        return Now(
            at=to_ms(self.clock.now()),
            services=[self._service(name, rates.get(name, (0.0, 0.0))) for name in names],
            requests=requests,
            errors=errors,
        )

    def _service(self, name: str, rate: tuple[float, float]) -> ServiceNow:
        standing = self.board.standings.get(name, Standing(state="unknown"))
        told, pulse = self.directory.known.get(name), standing.pulse
        return ServiceNow(
            name=name,
            summary=pulse.summary if pulse is not None else told.summary if told is not None else "",
            version=pulse.version if pulse is not None else told.version if told is not None else "",
            state=standing.state,
            why=standing.why,
            latency_ms=standing.latency_ms,
            heard_at=standing.heard_at,
            requests_per_second=rate[0],
            errors_per_second=rate[1],
            events_per_second=standing.events_per_second,
            outbox=pulse.outbox if pulse is not None else None,
            inbox=pulse.inbox if pulse is not None else None,
            jobs=pulse.jobs if pulse is not None else None,
            dead_letters=pulse.dead_letters if pulse is not None else None,
            dead_jobs=pulse.dead_jobs if pulse is not None else None,
        )


USE_CASES = (Look, ShowPlatform)
