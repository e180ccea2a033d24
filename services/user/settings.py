"""What user can be told."""

from __future__ import annotations

from lms_adapters.platform.settings import Settings


class UserSettings(Settings, frozen=True, kw_only=True):
    """What every service can be told, and nothing beside it."""
