"""Issued invoices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.billing.domain.invoices import Invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedInvoice(Invoice):
    """An invoice as it stands in the store."""

    trace_id: str
    """The trace it was issued in: it leads back to the click."""


class Invoices(Protocol):
    """There is no way to change one."""

    async def next_number(self, year: int) -> int:
        """1, 2, 3, … without gaps: rivals wait until the transaction ends, and a rollback gives the number back."""

    async def add(self, invoice: Invoice) -> None:
        """Raises Conflict when the payment has one."""

    async def show(self, id: UUID) -> IssuedInvoice:
        """Read outside any transaction. Raises NotFound."""

    async def of(self, learner_id: UUID, selection: Selection) -> list[IssuedInvoice]:
        """Of a person's invoices; read outside any transaction."""
