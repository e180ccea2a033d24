"""Role assignments."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.auth.domain.permissions import RoleAssignment


class Roles(Protocol):
    """Inside the unit of work."""

    async def of(self, user_id: UUID) -> frozenset[str]:
        """A person's roles."""

    async def add(self, assignment: RoleAssignment) -> bool:
        """False when they have it already."""
