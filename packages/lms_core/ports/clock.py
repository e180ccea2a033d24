"""What time it is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time comes from here and nowhere else, so that a test can move it."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC, to the millisecond."""
