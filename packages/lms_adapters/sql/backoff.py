"""How long what fails is tried again: after pauses that double up to a longest one, for a day.

A day, because what is away is usually back by then: a provider, a mail server, a service whose mistake is being mended.
It is counted in attempts and not by a clock, so that time in which nothing could be tried gives nothing up: this
service stood still, the event was parked behind another, the operator let it go again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, count

MAX_AGE = timedelta(hours=24)
"""How long a failing job or event is tried, and how long `NotYet` may last."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses between attempts, in milliseconds."""

    first: int
    longest: int

    def pause(self, attempt: int) -> int:
        """After the attempt of this number, the first being 1, has failed."""
        return min(self.first << (attempt - 1), self.longest)

    def attempts(self) -> int:
        """How many it takes until the pauses between them add up to `MAX_AGE`."""
        waited = accumulate(self.pause(attempt) for attempt in count(1))
        return 1 + next(pauses for pauses, ms in enumerate(waited, 1) if timedelta(milliseconds=ms) >= MAX_AGE)
