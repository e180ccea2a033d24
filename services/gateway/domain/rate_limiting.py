"""The generic cell rate algorithm (ITU-T I.371): a burst at once, then a steady rate, one number a caller.

The number is the *theoretical arrival time*: when the bucket will be full again. Time is an integer in nanoseconds, so
the laws hold exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from lms_core.domain.errors import TooMany

SECOND = 1_000_000_000
CREDENTIALS = frozenset({"/api/v1/auth/login", "/api/v1/auth/register"})
"""Where passwords are tried: POSTs to these have a stricter limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """At most `burst` requests at once, and `rate` a second in the long run."""

    name: str
    rate: int
    burst: int
    interval: int = field(init=False)
    """Nanoseconds until one more request is allowed."""
    tolerance: int = field(init=False)
    """How far ahead of now the theoretical arrival time may be."""

    def __post_init__(self) -> None:
        if self.rate < 1 or self.burst < 1 or self.rate > SECOND:
            raise ValueError(f"{self.name}: rate and burst are at least 1")
        object.__setattr__(self, "interval", SECOND // self.rate)
        object.__setattr__(self, "tolerance", self.interval * self.burst)


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What a caller has left of a policy."""

    policy: Policy
    allowed: bool
    remaining: int
    reset: int
    """Nanoseconds until the whole burst is allowed again."""
    retry: int
    """Nanoseconds until the next request is allowed; 0 when it is now."""


class LimitReached(TooMany):
    """Too many requests."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(after=timedelta(microseconds=-(-standing.retry // 1000)), limit=standing.policy.name)
        self.standing = standing


def take(policy: Policy, arrival: int, now: int) -> tuple[int, Standing]:
    """One request at `now` of a caller whose theoretical arrival time was `arrival` (0: never seen).

    Returns the new arrival time and the standing; a refused request changes nothing.
    """
    interval, tolerance = policy.interval, policy.tolerance
    begin = max(now, arrival)
    after = begin + interval
    ahead = after - now
    if ahead > tolerance:
        return arrival, Standing(policy, False, 0, begin - now, ahead - tolerance)
    left = tolerance - ahead
    return after, Standing(policy, True, left // interval, ahead, 0 if left >= interval else interval - left)
