"""Payments, and the provider that charges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from lms_core.domain.errors import Unavailable
from lms_core.domain.money import Money
from lms_core.domain.selection import Selection
from services.billing.domain.payments import GIVEN_UP, Attempt, Charged, Declined, Outcome, Payment, Status, attempt_key
from services.billing.domain.webhooks import Notice


class ProviderUnreachable(Unavailable, code="billing/provider-unreachable"):
    """The payment provider does not answer."""


class KeyMisused(Exception):
    """An idempotency key came again with another amount or method: a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """All that asking the provider needs to know of an attempt, in one look."""

    payment_id: UUID
    learner_id: UUID
    number: int
    token: str
    outcome: Outcome
    status: Status
    """Of the payment."""
    amount: int
    currency: str

    @property
    def key(self) -> str:
        """See `attempt_key`."""
        return attempt_key(self.payment_id, self.number)

    @property
    def given_up(self) -> bool:
        """See `Payment.given_up`."""
        return self.status in GIVEN_UP

    @property
    def money(self) -> Money:
        """What to charge."""
        return Money(self.amount, self.currency)


class Payments(Protocol):
    """Payments and their attempts."""

    async def lock(self, learner_id: UUID) -> None:
        """Keep rivals off this person's methods and attempts until the transaction ends."""

    async def for_enrollment(self, enrollment_id: UUID) -> Payment | None:
        """Inside the unit of work."""

    async def failed(self, learner_id: UUID) -> list[Payment]:
        """A person's failed payments, oldest first; inside the unit of work."""

    async def get(self, id: UUID) -> Payment:
        """Locked until the transaction ends. Raises NotFound."""

    async def add(self, payment: Payment) -> None:
        """Raises Conflict when the enrollment has a payment."""

    async def update(self, payment: Payment) -> None:
        """Raises Conflict when a rival changed it."""

    async def attempts(self, payment_id: UUID) -> dict[int, Attempt]:
        """By number; inside the unit of work."""

    async def add_attempt(self, attempt: Attempt) -> None:
        """Raises Conflict when there is one of this number."""

    async def end_attempt(self, attempt: Attempt) -> None:
        """Write down how it ended."""

    async def orders(self, payment_id: UUID) -> list[Order]:
        """Every attempt by number; read outside any transaction."""

    async def show(self, id: UUID) -> Payment:
        """Read outside any transaction. Raises NotFound."""

    async def of(self, learner_id: UUID, selection: Selection) -> list[Payment]:
        """Of a person's payments; read outside any transaction."""


class Provider(Protocol):
    """Who moves the money. Never called inside a transaction; answers or gives up within half a minute."""

    async def check(self, token: str) -> None:
        """Raises UnknownToken for one it does not know, ProviderUnreachable."""

    async def charge(self, *, key: str, money: Money, token: str) -> Charged | Declined:
        """Charge a method. The same key gives the same answer and charges once.

        Raises ProviderUnreachable when it is not known whether it did, KeyMisused when the key came with other money
        or another method.
        """

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """What a webhook of the provider says; None when that is nothing to us. Names of headers are in small letters.

        Raises NotGenuine, OutOfTime, and Invalid when it cannot be understood.
        """

    async def void(self, key: str) -> Charged | None:
        """See to it that nothing will be charged under the key any more; what was charged under it, if anything.

        Raises ProviderUnreachable.
        """
