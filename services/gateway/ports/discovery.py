"""The services behind the gateway."""

from __future__ import annotations

from typing import Protocol

from services.gateway.domain.discovery import Description
from services.gateway.ports.routing import Upstream


class Services(Protocol):
    """Where they are, in this process or in others."""

    def names(self) -> frozenset[str]:
        """Those that exist, up or down."""

    async def ask(self, name: str) -> Description:
        """What a service says of itself; the same object while it says the same. Raises Unavailable."""

    async def read(self, name: str, path: str) -> bytes:
        """What a service answers to GET of a path (and query) below /internal. Raises Unavailable."""

    def upstream(self, name: str) -> Upstream:
        """The way to it. Raises Unavailable when there is none."""
