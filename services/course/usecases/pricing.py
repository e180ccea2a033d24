"""Keeping up with billing's prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.billing import PriceSet
from services.course.domain.pricing import Price
from services.course.ports.pricing import Prices


@dataclass(frozen=True, slots=True)
class KeepPrice:
    """Keep a course's latest price. Whatever the order of the events, the one set last stays."""

    raises: ClassVar = ()

    prices: Prices

    async def __call__(self, event: PriceSet) -> None:
        price = Price(
            course_id=event.course_id,
            price_id=event.price_id,
            amount=event.amount,
            currency=event.currency,
            set_at=event.set_at,
        )
        known = await self.prices.of(event.course_id)
        if known is None:
            await self.prices.add(price)
        elif price.replaces(known):
            await self.prices.replace(price)


USE_CASES = (KeepPrice,)
