"""Courses as billing knows them, and their prices."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.billing.domain.catalog import Course, Price


class Courses(Protocol):
    """Inside the unit of work."""

    async def find(self, id: UUID) -> Course | None:
        """Locked until the transaction ends."""

    async def add(self, course: Course) -> None:
        """Raises Conflict when a rival was faster."""

    async def update(self, course: Course) -> None:
        """What a later version said."""


class Prices(Protocol):
    """A price is added and never changed."""

    async def find(self, id: UUID) -> Price | None:
        """Inside the unit of work."""

    async def latest(self, course_id: UUID) -> Price | None:
        """The price that counts now; inside the unit of work."""

    async def add(self, price: Price) -> None:
        """Raises Conflict when a rival set one at the same moment."""

    async def show(self, id: UUID) -> Price:
        """Read outside any transaction. Raises NotFound."""

    async def some(self, selection: Selection) -> list[Price]:
        """Of published courses; read outside any transaction.

        A filter `current` tells those that count now from those that did.
        """
