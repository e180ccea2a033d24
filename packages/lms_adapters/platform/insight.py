"""What a service tells the gateway and the operator of its doings: its pulse, and what it knows of a trace.

Over HTTP below `/internal/`, which the gateway never forwards: how many, what kind and when, never whose or what.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import get
from litestar.params import FromPath, QueryParameter

from lms_adapters.platform.service import Service
from lms_adapters.sql import traces
from lms_adapters.sql.engine import Database
from lms_core.domain.errors import Invalid
from lms_core.domain.pulse import Pulse
from lms_core.domain.time import to_ms
from lms_core.domain.traces import Step
from lms_core.ports.clock import Clock

PULSE, TRACES = "/internal/pulse", "/internal/traces"
_TRACE_ID = re.compile(r"[0-9a-f]{32}")

Faults = Callable[[], Awaitable[dict[str, str]]]
"""What is wrong with the service; empty when it is ready."""


class Insight:
    """Into one running service."""

    def __init__(self, service: Service, version: str, database: Database | None, clock: Clock, faults: Faults) -> None:
        self._service = service
        self._version = version
        self._database = database
        self._clock = clock
        self._faults = faults

    async def pulse(self, after: int | None = None) -> Pulse:
        """How it is doing, with the events behind a position of its log; None: the newest."""
        faults, service = await self._faults(), self._service
        if self._database is None or "dependency" in faults:
            return Pulse(service=service.name, summary=service.summary, version=self._version, faults=faults)
        now = to_ms(self._clock.now())
        counted = await traces.counts(self._database, now)
        begin = counted.position - traces.NEWEST if after is None or after > counted.position else after
        return Pulse(
            service=service.name,
            summary=service.summary,
            version=self._version,
            faults=faults,
            outbox=counted.outbox,
            inbox=counted.open - counted.dead_letters,
            jobs=counted.jobs,
            dead_letters=counted.dead_letters,
            dead_jobs=counted.dead_jobs,
            position=counted.position,
            events=await traces.published(self._database, begin, now),
        )

    async def trace(self, trace_id: str) -> list[Step]:
        """What its tables know of a trace. Raises Invalid."""
        if _TRACE_ID.fullmatch(trace_id) is None:
            raise Invalid.at("#/trace_id", "is 32 hexadecimal digits")
        if self._database is None:
            return []
        now = to_ms(self._clock.now())
        return await traces.steps(self._database, self._service.name, self._service.traced, trace_id, now)


def handlers(insight: Insight) -> list[Any]:
    """Insight over HTTP."""

    @get(PULSE, include_in_schema=False)
    async def pulse(after: Annotated[int | None, QueryParameter()] = None) -> Pulse:
        return await insight.pulse(after)

    @get(f"{TRACES}/{{trace_id:str}}", include_in_schema=False)
    async def trace(trace_id: FromPath[str]) -> list[Step]:
        return await insight.trace(trace_id)

    return [pulse, trace]
