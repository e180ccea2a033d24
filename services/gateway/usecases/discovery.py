"""Knowing the services."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Unavailable, in_full
from services.gateway.domain.discovery import Directory
from services.gateway.ports.discovery import Services


@dataclass(frozen=True, slots=True)
class Discover:
    """Ask every service what it is and route accordingly; one that does not answer keeps what it said last.

    Returns what is wrong, as sentences.
    """

    raises: ClassVar = ()

    services: Services
    directory: Directory

    async def __call__(self) -> list[str]:
        names = sorted(self.services.names())
        self.directory.expect(names)
        faults = await asyncio.gather(*(self._ask(name) for name in names))
        return [fault for some in faults for fault in some]

    async def _ask(self, name: str) -> list[str]:
        try:
            return self.directory.learn(name, await self.services.ask(name))
        except Unavailable as error:
            return [f"{name}: {in_full(error)}"]


USE_CASES = (Discover,)
