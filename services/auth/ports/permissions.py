"""Role assignments."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.auth.domain.permissions import RoleAssignment


class Roles(Protocol):
    """Inside the unit of work."""

    async def of(self, user_id: UUID) -> frozenset[str]:
        """A person's roles."""

    async def find(self, user_id: UUID, role: str) -> RoleAssignment | None:
        """Since when they have it; None when they do not."""

    async def holders(self, role: str) -> frozenset[UUID]:
        """Who has the role: nobody else takes it from them before the transaction ends."""

    async def add(self, assignment: RoleAssignment) -> None:
        """They have it from now on."""

    async def remove(self, assignment: RoleAssignment) -> None:
        """They have it no more."""
