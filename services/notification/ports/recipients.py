"""People, as notification knows them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.notification.domain.recipients import Recipient


class Recipients(Protocol):
    """Inside the unit of work."""

    async def find(self, id: UUID) -> Recipient | None:
        """Locked until the transaction ends; None when nothing is known of them."""

    async def remove(self, id: UUID) -> None:
        """Nothing is known of them any more."""

    async def erased(self, id: UUID) -> bool:
        """They are to be forgotten: nothing is kept of them, and they are told nothing. See `Erasures`."""

    async def put(self, recipient: Recipient) -> None:
        """As it is now, new or known."""
