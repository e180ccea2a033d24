"""Keeping ways to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.billing.domain.methods import PaymentMethod, TooManyMethods, UnknownToken, new_method
from services.billing.ports.methods import Methods
from services.billing.ports.payments import Payments, Provider, ProviderUnreachable
from services.billing.usecases.payments import Begin


@dataclass(frozen=True, slots=True)
class AddMethod:
    """Add a payment method.

    The token comes from the payment provider; the sandbox knows `pm_ok`, `pm_declined` and `pm_timeout`. The method
    added last is charged by default, and payments of yours that have failed are tried again with it.
    """

    raises: ClassVar = (UnknownToken, TooManyMethods, ProviderUnreachable)

    methods: Methods
    payments: Payments
    provider: Provider
    begin: Begin
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, me: Principal, *, token: str) -> PaymentMethod:
        await self.provider.check(token)
        now = self.clock.now()
        async with self.uow:
            await self.payments.lock(me.id)
            method = new_method(
                id=self.ids.new(),
                owner_id=me.id,
                token=token,
                at=now,
                default=await self.methods.default(me.id),
                on_file=await self.methods.count(me.id),
            )
            await self.methods.add(method)
            for payment in await self.payments.failed(me.id):
                if payment.retryable and await self.begin(payment, now):
                    await self.payments.update(payment)
            self.uow.audit("payment-method.added", str(me.id), method=str(method.id))
            self.uow.answer(method.id)
        return method


@dataclass(frozen=True, slots=True)
class ListMethods:
    """List your payment methods.

    The one added last comes first: it is the one that is charged.
    """

    raises: ClassVar = ()

    methods: Methods

    async def __call__(self, me: Principal, wanted: Selection) -> list[PaymentMethod]:
        return await self.methods.of(me.id, wanted)


@dataclass(frozen=True, slots=True)
class ShowMethod:
    """Show one of your payment methods."""

    raises: ClassVar = (NotFound,)

    methods: Methods

    async def __call__(self, me: Principal, id: UUID) -> PaymentMethod:
        method = await self.methods.show(id)
        if method.owner_id != me.id:
            raise NotFound
        return method


@dataclass(frozen=True, slots=True)
class RemoveMethod:
    """Remove a payment method.

    It is not charged any more; a charge that is already on its way goes on. The one added before it takes its place.
    """

    raises: ClassVar = (NotFound,)

    methods: Methods
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, me: Principal, id: UUID) -> None:
        async with self.uow:
            method = await self.methods.get(id)
            if method.owner_id != me.id or method.removed_at is not None:
                raise NotFound
            method.remove(self.clock.now())
            await self.methods.update(method)
            self.uow.audit("payment-method.removed", str(me.id), method=str(method.id))


USE_CASES = (AddMethod, ListMethods, ShowMethod, RemoveMethod)
