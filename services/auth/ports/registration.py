"""Accounts as registration needs them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.auth.domain.registration import Account


class Accounts(Protocol):
    """Inside the unit of work."""

    async def by_email(self, email: str) -> Account | None:
        """By normal address."""

    async def get(self, id: UUID) -> Account:
        """Locked until the transaction ends. Raises NotFound."""

    async def add(self, account: Account) -> None:
        """Raises AddressTaken."""
