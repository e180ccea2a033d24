"""What progress can be told."""

from __future__ import annotations

from lms_adapters.platform.settings import Settings


class ProgressSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    ahead_seconds: int = 300
    """How far a learner's device may run ahead of our clock; activities later than that are refused."""
