"""How services are doing, as they say themselves."""

from __future__ import annotations

from typing import Protocol

from lms_core.domain.pulse import Pulse


class Pulses(Protocol):
    """Of the services behind the gateway."""

    def names(self) -> frozenset[str]:
        """Those that exist, up or down."""

    async def ask(self, name: str, after: int | None) -> Pulse:
        """A service's pulse, with the events behind a position of its log. Raises Unavailable."""
