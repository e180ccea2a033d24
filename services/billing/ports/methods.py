"""Payment methods on file."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.billing.domain.methods import PaymentMethod


class Methods(Protocol):
    """Removed methods are kept but not found."""

    async def add(self, method: PaymentMethod) -> None:
        """Inside the unit of work."""

    async def default(self, owner_id: UUID) -> PaymentMethod | None:
        """The method added last; inside the unit of work."""

    async def count(self, owner_id: UUID) -> int:
        """How many are on file; inside the unit of work."""

    async def get(self, id: UUID) -> PaymentMethod:
        """Locked until the transaction ends. Raises NotFound."""

    async def update(self, method: PaymentMethod) -> None:
        """Inside the unit of work."""

    async def show(self, id: UUID) -> PaymentMethod:
        """Read outside any transaction. Raises NotFound."""

    async def of(self, owner_id: UUID, selection: Selection) -> list[PaymentMethod]:
        """Of those on file; read outside any transaction."""
