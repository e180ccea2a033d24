"""Closing payments for places that were given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.billing import PaymentCancelled
from lms_core.contracts.course import EnrollmentCancelled
from lms_core.domain.errors import NotYet
from lms_core.ports.clock import Clock
from lms_core.ports.jobs import Job, JobRun, job
from lms_core.ports.uow import UnitOfWork
from services.billing.domain.closing import PAUSE, UNANSWERED
from services.billing.domain.payments import Charged
from services.billing.ports.payments import Order, Payments, Provider, ProviderUnreachable
from services.billing.usecases.payments import Hear


@job("billing.close")
class Close(Job, frozen=True, kw_only=True):
    """The place was given up; what may still be charged for it is to be voided."""

    payment_id: UUID


@dataclass(frozen=True, slots=True)
class StopCharging:
    """A place was given up: begin no further attempt, and close the payment."""

    raises: ClassVar = (NotYet,)

    payments: Payments
    uow: UnitOfWork

    async def __call__(self, event: EnrollmentCancelled) -> None:
        async with self.uow:
            await self.payments.lock(event.learner_id)
            payment = await self.payments.for_enrollment(event.enrollment_id)
            if payment is None:
                raise NotYet(
                    "the payment for enrollment {enrollment_id} is not there yet", enrollment_id=event.enrollment_id
                )
            if payment.close():
                await self.payments.update(payment)
                self.uow.enqueue(Close(payment_id=payment.id), key=str(payment.id))


@dataclass(frozen=True, slots=True)
class ClosePayment:
    """Void what may still be charged, with no transaction open; then record that nothing was, or what was."""

    raises: ClassVar = (ProviderUnreachable,)

    payments: Payments
    provider: Provider
    hear: Hear
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, job: Close, run: JobRun) -> None:
        orders = await self.payments.orders(job.payment_id)
        try:
            charged = await self._void(orders)
        except ProviderUnreachable:
            if not run.last:
                raise
            async with self.uow:
                self.uow.enqueue(job, key=str(job.payment_id), at=self.clock.now() + PAUSE)
            return
        async with self.uow:
            if charged is not None:
                await self.hear(*charged)
            else:
                await self._cancel(job.payment_id)

    async def _void(self, orders: list[Order]) -> tuple[Order, Charged] | None:
        """The attempt that turns out to be charged, if there is one."""
        for order in orders:
            if order.outcome in UNANSWERED:
                charged = await self.provider.void(order.key)
                if charged is not None:
                    return order, charged
        return None

    async def _cancel(self, payment_id: UUID) -> None:
        now = self.clock.now()
        payment = await self.payments.get(payment_id)
        if payment.status != "closing":
            return
        for attempt in (await self.payments.attempts(payment_id)).values():
            if attempt.outcome in UNANSWERED:
                attempt.drop(now)
                await self.payments.end_attempt(attempt)
        payment.cancel(now)
        await self.payments.update(payment)
        self.uow.record(
            PaymentCancelled(
                payment_id=payment.id,
                enrollment_id=payment.enrollment_id,
                course_id=payment.course_id,
                learner_id=payment.learner_id,
                cancelled_at=now,
            )
        )


USE_CASES = (StopCharging, ClosePayment)
