"""What stays here of messages that went out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class Copies(Protocol):
    """The sandbox keeps them. Inside the unit of work."""

    async def remove(self, message_ids: Sequence[UUID]) -> None:
        """On whatever channel they went."""
