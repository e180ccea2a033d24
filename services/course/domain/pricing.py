"""A course's price as billing last told it. Billing owns prices; this is course's own copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(slots=True, kw_only=True)
class Price:
    """What a place costs from now on. Those who agreed on an earlier price keep it."""

    course_id: UUID
    price_id: UUID
    amount: int
    """Minor units."""
    currency: str
    set_at: datetime

    def replaces(self, other: Price) -> bool:
        """Whether it is the later one; of two set in the same millisecond the one with the later id."""
        return (self.set_at, self.price_id) > (other.set_at, other.price_id)
