"""What services tell the gateway of their doings, in this process or another."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from lms_adapters.platform.insight import PULSE, TRACES, Insight
from lms_core.domain.errors import Unavailable
from lms_core.domain.pulse import Pulse
from lms_core.domain.traces import Step
from services.gateway.ports.discovery import Services
from services.gateway.ports.monitoring import Pulses
from services.gateway.ports.tracing import Traces

MYSELF = "gateway"
PATIENCE = 2.0
"""Seconds that one answer may take."""
T = TypeVar("T")


async def _read(services: Services, name: str, path: str, kind: type[T]) -> T:
    """Raises Unavailable."""
    try:
        async with asyncio.timeout(PATIENCE):
            body = await services.read(name, path)
        return msgspec.json.decode(body, type=kind)
    except TimeoutError as error:
        raise Unavailable(
            "{service} has not answered within {seconds} seconds", service=name, seconds=f"{PATIENCE:g}"
        ) from error
    except msgspec.DecodeError as error:
        raise Unavailable("{service} does not speak as it should", service=name) from error


class InsidePulses(Pulses):
    """GET /internal/pulse; the gateway's own without a detour."""

    def __init__(self, services: Services, here: Insight) -> None:
        self._services = services
        self._here = here

    def names(self) -> frozenset[str]:
        return self._services.names() | {MYSELF}

    async def ask(self, name: str, after: int | None) -> Pulse:
        if name == MYSELF:
            return await self._here.pulse()
        return await _read(self._services, name, PULSE if after is None else f"{PULSE}?after={after}", Pulse)


class InsideTraces(Traces):
    """GET /internal/traces/{trace_id}."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def names(self) -> frozenset[str]:
        return self._services.names()

    async def ask(self, name: str, trace_id: str) -> list[Step]:
        return await _read(self._services, name, f"{TRACES}/{trace_id}", list[Step])
