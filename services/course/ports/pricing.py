"""Course's copy of prices."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.course.domain.pricing import Price


class Prices(Protocol):
    """Inside the unit of work."""

    async def of(self, course_id: UUID) -> Price | None:
        """None when the course has never had one."""

    async def add(self, price: Price) -> None:
        """A course's first price."""

    async def replace(self, price: Price) -> None:
        """A later one."""
