"""Listening to the payment provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lms_core.ports.uow import UnitOfWork
from services.billing.domain.webhooks import NotGenuine, OutOfTime, UnknownAttempt
from services.billing.ports.payments import Payments, Provider
from services.billing.usecases.payments import Hear


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """Take the payment provider's word for how a charge ended.

    For the provider alone: what does not bear its signature (Standard Webhooks: `webhook-id`, `webhook-timestamp`,
    `webhook-signature`), or bears one older than five minutes, is refused. It may come twice, late, and in any order.
    """

    raises: ClassVar = (NotGenuine, OutOfTime, UnknownAttempt)

    provider: Provider
    payments: Payments
    hear: Hear
    uow: UnitOfWork

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> None:
        notice = self.provider.read(headers, body)
        if notice is None:
            return
        orders = await self.payments.orders(notice.payment_id)
        order = next((order for order in orders if order.number == notice.attempt), None)
        if order is None:
            raise UnknownAttempt
        async with self.uow:
            await self.hear(order, notice.answer)


USE_CASES = (ReceiveWebhook,)
