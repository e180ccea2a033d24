"""What callers have used of their limits."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from services.gateway.domain.rate_limiting import Policy, Standing


class Ticks(Protocol):
    """A clock that never runs backwards."""

    def __call__(self) -> int:
        """Nanoseconds since some moment."""


class Buckets(Protocol):
    """One bucket for each policy and caller."""

    async def take(self, policy: Policy, caller: Hashable) -> Standing:
        """Count one request, if it is allowed."""
