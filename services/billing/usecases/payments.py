"""Charging for enrollments: an attempt is begun in one transaction, asked of the provider in none, recorded in another.

Who pays is locked in both, so a method that is added meanwhile is either seen here or sees the failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.billing import PaymentFailed, PaymentSucceeded
from lms_core.contracts.course import UserEnrolled
from lms_core.domain.errors import NotFound
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.jobs import Job, JobRun, job
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.billing.domain.payments import Answer, Attempt, Charged, Declined, Payment, Reason, Unheard
from services.billing.ports.catalog import Prices
from services.billing.ports.methods import Methods
from services.billing.ports.payments import Order, Payments, Provider, ProviderUnreachable
from services.billing.usecases.invoices import Issue
from services.billing.usecases.ledger import BookSale


@job("billing.charge")
class Charge(Job, frozen=True, kw_only=True):
    """An attempt of a payment is to be asked of the provider."""

    payment_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Begin:
    """The next attempt of a payment, with the default method; inside the unit of work, the person locked."""

    raises: ClassVar = ()

    payments: Payments
    methods: Methods
    uow: UnitOfWork

    async def __call__(self, payment: Payment, at: datetime) -> bool:
        """False when there is no method on file."""
        method = await self.methods.default(payment.learner_id)
        if method is None:
            return False
        attempt = payment.begin(method, at)
        await self.payments.add_attempt(attempt)
        self.uow.enqueue(Charge(payment_id=payment.id, attempt=attempt.number), key=attempt.key)
        return True


@dataclass(frozen=True, slots=True)
class Succeed:
    """A payment has succeeded: the books, the invoice and the news; inside the unit of work."""

    raises: ClassVar = ()

    issue: Issue
    book: BookSale
    uow: UnitOfWork

    async def __call__(self, payment: Payment, at: datetime) -> None:
        payment.succeed(at)
        self.uow.record(
            PaymentSucceeded(
                payment_id=payment.id,
                enrollment_id=payment.enrollment_id,
                course_id=payment.course_id,
                learner_id=payment.learner_id,
                amount=payment.amount,
                currency=payment.currency,
                succeeded_at=at,
            )
        )
        await self.book(payment, at)
        await self.issue(payment, at)


@dataclass(frozen=True, slots=True)
class Fail:
    """A payment has failed: the news; inside the unit of work."""

    raises: ClassVar = ()

    uow: UnitOfWork

    async def __call__(self, payment: Payment, reason: Reason, at: datetime) -> None:
        payment.fail(reason, at)
        self.uow.record(
            PaymentFailed(
                payment_id=payment.id,
                enrollment_id=payment.enrollment_id,
                course_id=payment.course_id,
                learner_id=payment.learner_id,
                amount=payment.amount,
                currency=payment.currency,
                reason=reason,
                failed_at=at,
            )
        )


@dataclass(frozen=True, slots=True)
class ChargeEnrollment:
    """A learner took a place in a paid course: open the payment, and begin to charge what was agreed."""

    raises: ClassVar = ()

    payments: Payments
    prices: Prices
    begin: Begin
    fail: Fail
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, event: UserEnrolled) -> None:
        if event.price_id is None:
            return
        now = self.clock.now()
        async with self.uow:
            await self.payments.lock(event.learner_id)
            if await self.payments.for_enrollment(event.enrollment_id) is not None:
                return
            payment = self._opened(event, event.price_id, now)
            await self.payments.add(payment)
            price = await self.prices.find(payment.price_id)
            if price is None or not price.agrees(
                course_id=event.course_id, amount=event.amount, currency=event.currency
            ):
                await self.fail(payment, "price-unknown", now)
            elif not await self.begin(payment, now):
                await self.fail(payment, "no-method", now)
            await self.payments.update(payment)

    def _opened(self, event: UserEnrolled, price_id: UUID, now: datetime) -> Payment:
        return Payment(
            id=self.ids.new(),
            enrollment_id=event.enrollment_id,
            course_id=event.course_id,
            course_title=event.course_title,
            learner_id=event.learner_id,
            price_id=price_id,
            amount=event.amount,
            currency=event.currency,
            status="open",
            reason=None,
            attempts=0,
            opened_at=now,
            settled_at=None,
        )


@dataclass(frozen=True, slots=True)
class Hear:
    """The provider has spoken of an attempt, in an answer or in a webhook; inside the unit of work.

    Nothing is done twice, and in whatever order its words come, the end is the same.
    """

    raises: ClassVar = ()

    payments: Payments
    methods: Methods
    begin: Begin
    succeed: Succeed
    fail: Fail
    clock: Clock

    async def __call__(self, order: Order, answer: Answer) -> None:
        now = self.clock.now()
        await self.payments.lock(order.learner_id)
        payment = await self.payments.get(order.payment_id)
        attempts = await self.payments.attempts(payment.id)
        attempt, newest = attempts[order.number], attempts[payment.attempts]
        if not attempt.hear(answer, now):
            return
        await self.payments.end_attempt(attempt)
        if payment.status == "succeeded":
            return
        if isinstance(answer, Charged):
            if newest.outcome == "running":
                newest.drop(now)
                await self.payments.end_attempt(newest)
            await self.succeed(payment, now)
        elif attempt is newest and not payment.given_up:
            await self._failed(payment, attempt, answer, now)
        await self.payments.update(payment)

    async def _failed(self, payment: Payment, attempt: Attempt, answer: Declined | Unheard, now: datetime) -> None:
        """The attempt failed; the payment has not if another method has become the default meanwhile."""
        reason: Reason = "declined" if isinstance(answer, Declined) else "provider-unreachable"
        default = await self.methods.default(payment.learner_id)
        if default is None or default.id == attempt.method_id:
            await self.fail(payment, reason, now)
            return
        payment.fail(reason, now)
        await self.begin(payment, now)


@dataclass(frozen=True, slots=True)
class ChargePayment:
    """Ask the provider, with no transaction open; then record what it said, once."""

    raises: ClassVar = (ProviderUnreachable,)

    payments: Payments
    provider: Provider
    hear: Hear
    uow: UnitOfWork

    async def __call__(self, job: Charge, run: JobRun) -> None:
        orders = await self.payments.orders(job.payment_id)
        order = orders[job.attempt - 1]
        if order.outcome != "running" or order.given_up:
            return
        answer: Answer = Unheard()
        try:
            order, answer = await self._ask(orders[: job.attempt])
        except ProviderUnreachable:
            if not run.last:
                raise
        async with self.uow:
            await self.hear(order, answer)

    async def _ask(self, orders: Sequence[Order]) -> tuple[Order, Charged | Declined]:
        """Void what is in doubt, then charge; which attempt was answered, and how."""
        *earlier, order = orders
        for doubtful in earlier:
            if doubtful.outcome == "in-doubt":
                charged = await self.provider.void(doubtful.key)
                if charged is not None:
                    return doubtful, charged
        return order, await self.provider.charge(key=order.key, money=order.money, token=order.token)


@dataclass(frozen=True, slots=True)
class ListPayments:
    """List your payments, the newest first.

    A payment is `charging` until the provider has said how it ended, then `succeeded` or `failed`. A failed one tells
    why, and is tried again as soon as you add another method; only `price-unknown` is final. Once the place was given
    up it is `closing`, and `cancelled` as soon as it is certain that nothing was charged.
    """

    raises: ClassVar = ()

    payments: Payments

    async def __call__(self, me: Principal, wanted: Selection) -> list[Payment]:
        return await self.payments.of(me.id, wanted)


@dataclass(frozen=True, slots=True)
class ShowPayment:
    """Show one of your payments."""

    raises: ClassVar = (NotFound,)

    payments: Payments

    async def __call__(self, me: Principal, id: UUID) -> Payment:
        payment = await self.payments.show(id)
        if payment.learner_id != me.id:
            raise NotFound
        return payment


USE_CASES = (ChargeEnrollment, ChargePayment, ListPayments, ShowPayment)
STEPS = (Begin, Succeed, Fail, Hear)
