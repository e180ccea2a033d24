"""Profiles, kept and shown."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.user.domain.profiles import Profile


class Profiles(Protocol):
    """One for each person."""

    async def get(self, user_id: UUID) -> Profile:
        """Inside the unit of work, and locked until it ends: one change of a person at a time. Raises NotFound."""

    async def add(self, profile: Profile) -> None:
        """Inside the unit of work. Raises Conflict when there is one."""

    async def update(self, profile: Profile) -> None:
        """Inside the unit of work."""

    async def show(self, user_id: UUID) -> Profile | None:
        """Read outside any transaction."""

    async def some(self, selection: Selection) -> list[Profile]:
        """Read outside any transaction."""
