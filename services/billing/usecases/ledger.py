"""Keeping the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from lms_core.ports.ids import Ids
from services.billing.domain.ledger import sale
from services.billing.domain.payments import Payment
from services.billing.ports.ledger import Ledger


@dataclass(frozen=True, slots=True)
class BookSale:
    """A payment that has succeeded, in the books; inside the unit of work."""

    raises: ClassVar = ()

    ledger: Ledger
    ids: Ids

    async def __call__(self, payment: Payment, at: datetime) -> None:
        await self.ledger.post(sale(id=self.ids.new(), payment_id=payment.id, money=payment.money, at=at))


STEPS = (BookSale,)
