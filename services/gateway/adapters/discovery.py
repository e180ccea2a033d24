"""Services of several kinds as one roster, and looking at them again and again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from lms_core.domain.errors import Unavailable
from services.gateway.domain.discovery import Description, Directory
from services.gateway.ports.discovery import Services
from services.gateway.ports.routing import Upstream
from services.gateway.usecases.discovery import Discover

_FIRST_SECONDS = 0.5
"""Between two looks while a service has not been seen yet."""
_log = structlog.get_logger("gateway")


class Roster(Services):
    """Where two parts know one name, the first part counts."""

    def __init__(self, *parts: Services) -> None:
        self._parts = parts
        self._ways: dict[str, Upstream] = {}

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self._parts))

    async def ask(self, name: str) -> Description:
        return await self._part(name).ask(name)

    async def read(self, name: str, path: str) -> bytes:
        return await self._part(name).read(name, path)

    def upstream(self, name: str) -> Upstream:
        way = self._ways.get(name)
        if way is None:
            way = self._ways[name] = self._part(name).upstream(name)
        return way

    def _part(self, name: str) -> Services:
        for part in self._parts:
            if name in part.names():
                return part
        raise Unavailable("{service} does not answer", service=name, note="it is nowhere")


@contextlib.asynccontextmanager
async def looking(discover: Discover, directory: Directory, seconds: float | None) -> AsyncIterator[None]:
    """Look once, then every `seconds` (None: no more) until the block ends."""
    faults = await _look(discover, [])
    task = asyncio.create_task(_again(discover, directory, seconds, faults)) if seconds is not None else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _again(discover: Discover, directory: Directory, seconds: float, faults: list[str]) -> None:
    while True:
        await asyncio.sleep(min(seconds, _FIRST_SECONDS) if directory.unseen else seconds)
        faults = await _look(discover, faults)


async def _look(discover: Discover, before: list[str]) -> list[str]:
    """Look, and say what is new; what is wrong now."""
    try:
        faults = await discover()
    except Exception as error:  # noqa: BLE001 - the next look may succeed
        _log.exception("looking for services failed")
        return [repr(error)]
    for fault in faults:
        if fault not in before:
            _log.warning("a service is not as it should be", fault=fault)
    return faults
