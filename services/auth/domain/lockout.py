"""What wrong passwords cost: a few are free, then each makes the next wait longer. Time forgives them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms_core.domain.errors import TooMany

_FIRST = timedelta(seconds=1)
_NONE = timedelta(0)
KNOWN_FOR = timedelta(days=90)
"""How long a place from where somebody signed in is known as theirs."""


class TooManyAttempts(TooMany, code="auth/too-many-attempts"):
    """Too many wrong passwords: wait before the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`free` failures cost nothing; the next costs a second of waiting, each further one twice as much."""

    free: int
    longest: timedelta
    """No wait is longer: nobody is locked out for ever."""
    forgiven: timedelta
    """In this time one failure is forgotten. No shorter than the attempts in the long run."""

    def pause(self, failures: int) -> timedelta:
        """How long nothing is tried after so many failures."""
        over = failures - self.free
        return _NONE if over < 0 else min(self.longest, _FIRST * 2 ** min(over, 20))


@dataclass(slots=True, kw_only=True)
class Tally:
    """The failures that are not forgiven yet, of an account or of an address."""

    failures: int
    at: datetime
    """When the last was counted."""

    def wait(self, patience: Patience, now: datetime) -> timedelta:
        """How long until something may be tried; zero when it may now."""
        pause = patience.pause(self._left(patience, now))
        left = self.at + pause - now
        return min(max(left, _NONE), pause)  # a rival may have looked at the clock after us and counted before us

    def count(self, patience: Patience, now: datetime) -> None:
        """One more."""
        self.failures, self.at = self._left(patience, now) + 1, now

    def forgiven_at(self, patience: Patience) -> datetime:
        """When nothing is left of it."""
        return self.at + self.failures * patience.forgiven

    def _left(self, patience: Patience, now: datetime) -> int:
        return max(0, self.failures - max(now - self.at, _NONE) // patience.forgiven)


def tally_key(*parts: str) -> str:
    """The name of a tally or a place; addresses of people are not kept."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
