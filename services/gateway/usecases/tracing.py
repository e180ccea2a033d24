"""Telling the story of a trace."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Invalid, Unavailable
from lms_core.domain.traces import Step, Story, tell
from services.gateway.domain.monitoring import Recollection
from services.gateway.domain.tracing import UnknownTrace, trace_id_in
from services.gateway.ports.tracing import Traces


@dataclass(frozen=True, slots=True)
class ShowTrace:
    """What a request caused, in every service: events, who took them, jobs, mails, invoices, with times.

    A service that does not answer is named as missing, and the rest is told.
    """

    raises: ClassVar = (Invalid, UnknownTrace, Unavailable)

    traces: Traces
    requests: Recollection

    async def __call__(self, text: str) -> Story:
        trace_id = trace_id_in(text)
        names = sorted(self.traces.names())
        found = await asyncio.gather(*(self._ask(name, trace_id) for name in names))
        missing = [name for name, steps in zip(names, found, strict=True) if steps is None]
        steps = [step for some in found if some is not None for step in some]
        story = tell(trace_id, [*self.requests.of(trace_id), *steps], missing)
        if story is not None:
            return story
        if missing:
            raise Unavailable("{services} cannot be asked", services=", ".join(missing))
        raise UnknownTrace("nothing that is kept carries this id: it never did, or it was too long ago")

    async def _ask(self, name: str, trace_id: str) -> list[Step] | None:
        try:
            return await self.traces.ask(name, trace_id)
        except Unavailable:
            return None


USE_CASES = (ShowTrace,)
