"""The live view of the platform: how each service is doing, which events flow, how many requests come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lms_core.domain.pulse import Published, Pulse
from lms_core.domain.time import to_ms
from lms_core.domain.traces import Step

MINUTE = 60
RECENT = 10
"""Seconds that a rate is the mean of."""
_REMEMBERED = 256
"""Positions below the last that are known to have been shown: a service reads a little of its log again."""
State = Literal["up", "degraded", "down", "unknown"]
"""It answers; it answers that something is wrong; it does not answer; it has not been asked yet."""


class Tally:
    """Requests and failures by service and second, for the last minute."""

    def __init__(self) -> None:
        self._seconds: dict[int, dict[str, list[int]]] = {}

    def count(self, service: str, second: int, *, failed: bool) -> None:
        """One request was answered in this second (of any clock that never runs backwards)."""
        here = self._seconds.get(second)
        if here is None:
            here = self._seconds[second] = {}
            for old in [s for s in self._seconds if s < second - MINUTE]:
                del self._seconds[old]
        pair = here.setdefault(service, [0, 0])
        pair[0] += 1
        pair[1] += failed

    def series(self, now: int) -> tuple[list[int], list[int]]:
        """Requests and failures of all services in each of the last sixty whole seconds."""
        totals = [self._total(self._seconds.get(second, {})) for second in range(now - MINUTE, now)]
        return [total[0] for total in totals], [total[1] for total in totals]

    def rates(self, now: int) -> dict[str, tuple[float, float]]:
        """Requests and failures a second by service, lately."""
        sums: dict[str, list[int]] = {}
        for second in range(now - RECENT, now):
            for service, pair in self._seconds.get(second, {}).items():
                total = sums.setdefault(service, [0, 0])
                total[0] += pair[0]
                total[1] += pair[1]
        return {service: (total[0] / RECENT, total[1] / RECENT) for service, total in sums.items()}

    @staticmethod
    def _total(pairs: Mapping[str, list[int]]) -> tuple[int, int]:
        return sum(p[0] for p in pairs.values()), sum(p[1] for p in pairs.values())


class Recollection:
    """The last requests: how stories of traces begin. Routes, never whole paths, and nobody's name."""

    def __init__(self, size: int = 4096) -> None:
        self._requests: deque[tuple[str, str, str, str, datetime, float, int]] = deque(maxlen=size)

    def keep(
        self, trace_id: str, service: str, method: str, route: str, ended: datetime, seconds: float, status: int
    ) -> None:
        """It is over. Most are never asked for: what is told of them is made when one is."""
        self._requests.append((trace_id, service, method, route, ended, seconds, status))

    def of(self, trace_id: str) -> list[Step]:
        """Those of a trace."""
        return [_request(*kept[1:]) for kept in self._requests if kept[0] == trace_id]


def _request(service: str, method: str, route: str, ended: datetime, seconds: float, status: int) -> Step:
    end, name = to_ms(ended), f"{method} {route}"
    return Step(
        kind="request", service=service, name=name, at=end - round(seconds * 1000), ended=end, state=str(status)
    )


@dataclass(frozen=True, slots=True)
class Flow:
    """An event that was published, by whom."""

    service: str
    event: Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a service was doing when it was last asked."""

    state: State
    pulse: Pulse | None = None
    """What it said last."""
    heard_at: int | None = None
    """When: Unix milliseconds."""
    latency_ms: float | None = None
    events_per_second: float = 0.0
    why: tuple[str, ...] = ()
    """What is wrong."""


@dataclass(slots=True)
class Board:
    """What is known of all services, and the events that flowed last."""

    standings: dict[str, Standing] = field(default_factory=dict)
    flows: deque[Flow] = field(default_factory=lambda: deque(maxlen=500))
    flowed: int = 0
    """How many there have been: the number of the last in `flows`."""
    _shown: dict[str, set[int]] = field(default_factory=dict)

    def position(self, name: str) -> int | None:
        """Up to where a service's log was read."""
        standing = self.standings.get(name)
        return standing.pulse.position if standing is not None and standing.pulse is not None else None

    def heard(self, name: str, pulse: Pulse, latency_ms: float, at: int) -> list[Flow]:
        """A service answered; the events that are new."""
        before = self.standings.get(name)
        known = before.pulse if before is not None else None
        shown = self._shown.get(name, set())
        if known is not None and pulse.position < known.position:  # its log began anew
            shown = set()
        rate = 0.0
        if known is not None and before is not None and before.heard_at is not None and at > before.heard_at:
            rate = max(0, pulse.position - known.position) * 1000 / (at - before.heard_at)
        self.standings[name] = Standing(
            state="degraded" if pulse.faults else "up",
            pulse=pulse,
            heard_at=at,
            latency_ms=latency_ms,
            events_per_second=rate,
            why=tuple(f"{what}: {why}" for what, why in sorted(pulse.faults.items())),
        )
        fresh = [event for event in pulse.events if event.position not in shown]
        shown |= {event.position for event in fresh}
        self._shown[name] = {position for position in shown if position > pulse.position - _REMEMBERED}
        return [Flow(name, event) for event in fresh]

    def missed(self, name: str, why: str) -> None:
        """A service did not answer: what it said last stays, and is known to be old."""
        before = self.standings.get(name, Standing(state="unknown"))
        self.standings[name] = Standing(state="down", pulse=before.pulse, heard_at=before.heard_at, why=(why,))

    def add(self, flows: Iterable[Flow]) -> None:
        """These flowed, in the order they were published."""
        for flow in sorted(flows, key=lambda flow: flow.event.at):
            self.flows.append(flow)
            self.flowed += 1

    def after(self, number: int) -> list[Flow]:
        """The flows behind a number, as far as they are kept."""
        return list(self.flows)[-(self.flowed - number) :] if number < self.flowed else []

    def beyond(self, seen: Mapping[str, int]) -> list[Flow]:
        """The flows that somebody who has seen these positions of logs has not seen."""
        return [flow for flow in self.flows if flow.event.position > seen.get(flow.service, -1)]


def write_seen(seen: Mapping[str, int]) -> str:
    """Positions of logs as the id of a server-sent event: any gateway can go on from it."""
    return ",".join(f"{service}:{position}" for service, position in sorted(seen.items()))


def read_seen(id: str) -> dict[str, int] | None:
    """The positions in such an id; None when it is none."""
    seen: dict[str, int] = {}
    for part in id.split(",") if id else ():
        service, _, position = part.partition(":")
        if not service or not position.isdecimal() or len(position) > 18:
            return None
        seen[service] = int(position)
    return seen
