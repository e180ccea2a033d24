"""Buckets of this process."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import islice

from services.gateway.domain.rate_limiting import Policy, Standing, take
from services.gateway.ports.rate_limiting import Buckets, Ticks


class MemoryBuckets(Buckets):
    """At most `size` of them: full ones are forgotten first, which changes nothing, then the oldest."""

    def __init__(self, ticks: Ticks, size: int = 100_000) -> None:
        self._ticks = ticks
        self._size = size
        self._arrivals: dict[tuple[str, Hashable], list[int]] = {}

    async def take(self, policy: Policy, caller: Hashable) -> Standing:
        now, key = self._ticks(), (policy.name, caller)
        bucket = self._arrivals.get(key)
        if bucket is None:
            bucket = [0]
            if len(self._arrivals) >= self._size:
                self._make_room(now)
            self._arrivals[key] = bucket
        bucket[0], standing = take(policy, bucket[0], now)
        return standing

    def _make_room(self, now: int) -> None:
        kept = {key: bucket for key, bucket in self._arrivals.items() if bucket[0] > now}
        excess = len(kept) - self._size * 3 // 4
        self._arrivals = dict(islice(kept.items(), excess, None)) if excess > 0 else kept
