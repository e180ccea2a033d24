"""What time it is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time comes from here and nowhere else, so that a test can move it.

    It is asked in the trace of what it is asked for: what is made to have happened earlier has its own time there.
    """

    def now(self) -> datetime:
        """The current moment, aware, in UTC, to the millisecond."""
