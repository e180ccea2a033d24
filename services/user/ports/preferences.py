"""Preferences, kept and shown."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.user.domain.preferences import Preferences


class PreferenceStore(Protocol):
    """One set of preferences for each profile."""

    async def get(self, user_id: UUID) -> Preferences:
        """Inside the unit of work, with the profile locked. Raises NotFound."""

    async def add(self, preferences: Preferences) -> None:
        """Inside the unit of work. Raises Conflict when there are some."""

    async def update(self, preferences: Preferences) -> None:
        """Inside the unit of work."""

    async def show(self, user_id: UUID) -> Preferences | None:
        """Read outside any transaction."""
