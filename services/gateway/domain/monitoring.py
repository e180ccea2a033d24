"""The live view of the platform: how each service is doing, which events flow, how many requests come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

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
        self._counts: dict[tuple[int, str, bool], int] = {}
        """By second (of any clock that never runs backwards), service, and whether it failed."""
        self._latest = 0

    def count(self, service: str, second: int, *, failed: bool) -> None:
        """One request was answered in this second."""
        here = second, service, failed
        self._counts[here] = self._counts.get(here, 0) + 1
        if second != self._latest:
            self._latest = second
            self._counts = {key: n for key, n in self._counts.items() if key[0] >= second - MINUTE}

    def series(self, now: int) -> tuple[list[int], list[int]]:
        """Requests and failures of all services in each of the last sixty whole seconds."""
        requests, errors = [0] * MINUTE, [0] * MINUTE
        for (second, _service, failed), n in self._counts.items():
            if now - MINUTE <= second < now:
                requests[second - now] += n
                errors[second - now] += n * failed
        return requests, errors

    def rates(self, now: int) -> dict[str, tuple[float, float]]:
        """Requests and failures a second by service, lately."""
        sums: dict[str, list[int]] = {}
        for (second, service, failed), n in self._counts.items():
            if now - RECENT <= second < now:
                pair = sums.setdefault(service, [0, 0])
                pair[0] += n
                pair[1] += n * failed
        return {service: (pair[0] / RECENT, pair[1] / RECENT) for service, pair in sums.items()}


Answered: TypeAlias = tuple[str, str, str, int, str, float, datetime]
"""A request that is over: its trace, method and route, the answer's status, who answered, in how many seconds, when.

Routes, never whole paths, and nobody's name.
"""


class Recollection:
    """The last requests: how stories of traces begin. Most are never asked for: what is told is made when one is."""

    def __init__(self, size: int = 4096) -> None:
        self._requests: deque[Answered] = deque(maxlen=size)
        self.keep = self._requests.append
        """Called when one is over."""

    def of(self, trace_id: str) -> list[Step]:
        """Those of a trace."""
        return [_step(request) for request in self._requests if request[0] == trace_id]


def _step(request: Answered) -> Step:
    _trace, method, route, status, service, seconds, ended = request
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
