"""All that user keeps of a person."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Belongings(Protocol):
    """A profile with everything that hangs on it. Inside the unit of work."""

    async def remove(self, user_id: UUID) -> None:
        """Profile and preferences; where there are none nothing happens."""
