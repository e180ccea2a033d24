"""The books."""

from __future__ import annotations

from typing import Protocol

from services.billing.domain.ledger import Entry


class Ledger(Protocol):
    """Entries are added and never changed."""

    async def post(self, entry: Entry) -> None:
        """Inside the unit of work."""
