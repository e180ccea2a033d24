"""What callers have used of their limits."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NewType, Protocol

from services.gateway.domain.rate_limiting import Policy, Standing

Ticks = NewType("Ticks", Callable[[], int])
"""Nanoseconds of a clock that never runs backwards."""


class Buckets(Protocol):
    """One bucket for each policy and caller."""

    async def take(self, policy: Policy, caller: Hashable) -> Standing:
        """Count one request, if it is allowed."""
