"""What services know of a trace."""

from __future__ import annotations

from typing import Protocol

from lms_core.domain.traces import Step


class Traces(Protocol):
    """Of the services behind the gateway."""

    def names(self) -> frozenset[str]:
        """Those that exist, up or down."""

    async def ask(self, name: str, trace_id: str) -> list[Step]:
        """What a service knows of a trace. Raises Unavailable."""
