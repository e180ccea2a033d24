"""Who was erased, as far as this service has been told."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Erasures(Protocol):
    """Inside the unit of work."""

    async def erased(self, person: UUID) -> bool:
        """Whether somebody is to be forgotten: keep nothing about them, and tell them nothing.

        True from the moment that the service received their `UserErased`, so before any subscription has handled it.
        """
