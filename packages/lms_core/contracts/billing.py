"""What billing publishes: prices, payments and invoices. Amounts are integers of minor units (ISO 4217)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lms_core.domain.events import Event, event


@event("lms.billing.PriceSet.v1", key="course_id")
class PriceSet(Event, frozen=True, kw_only=True):
    """A course has a new price. Those who agreed on an earlier one keep it."""

    price_id: UUID
    course_id: UUID
    amount: int
    """Minor units; 0 when it is free from now on."""
    currency: str
    set_at: datetime


@event("lms.billing.PaymentSucceeded.v1", key="enrollment_id")
class PaymentSucceeded(Event, frozen=True, kw_only=True):
    """The enrollment is paid for. The last word on a payment."""

    payment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    learner_id: UUID
    amount: int
    currency: str
    succeeded_at: datetime


@event("lms.billing.PaymentFailed.v1", key="enrollment_id")
class PaymentFailed(Event, frozen=True, kw_only=True):
    """The enrollment could not be paid for. Another method may be tried."""

    payment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    learner_id: UUID
    amount: int
    currency: str
    reason: str
    """A word for programs: `declined`, `no-method`, `provider-unreachable`."""
    failed_at: datetime


@event("lms.billing.PaymentCancelled.v1", key="enrollment_id")
class PaymentCancelled(Event, frozen=True, kw_only=True):
    """The enrollment was given up, and nothing was or will be charged for it. The last word on a payment."""

    payment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    learner_id: UUID
    cancelled_at: datetime


@event("lms.billing.InvoiceIssued.v1", key="enrollment_id")
class InvoiceIssued(Event, frozen=True, kw_only=True):
    """An invoice was issued; it never changes."""

    invoice_id: UUID
    number: str
    """Gapless: `2026-000001`."""
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    learner_id: UUID
    amount: int
    currency: str
    issued_at: datetime
