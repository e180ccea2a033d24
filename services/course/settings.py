"""What course can be told."""

from __future__ import annotations

from lms_adapters.platform.settings import Settings


class CourseSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    content_cache_mb: int = 32
    """How much of published content is kept ready in memory; versions never change, so it never goes stale."""
