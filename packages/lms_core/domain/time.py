"""Time as the platform keeps it: aware datetimes in UTC outside, Unix milliseconds inside the kernel's tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def moment_after(previous: datetime, now: datetime) -> datetime:
    """Now; or the next moment that can be kept, where the clock has not passed `previous`: what follows is later."""
    return max(now, previous + MILLISECOND)


def to_ms(moment: datetime) -> int:
    """Unix time in milliseconds."""
    return (moment - EPOCH) // MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """The UTC moment of a Unix time in milliseconds."""
    return EPOCH + milliseconds * MILLISECOND
