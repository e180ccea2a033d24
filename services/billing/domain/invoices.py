"""Invoices: numbered without gaps within a year, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.billing.domain.payments import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What was paid, by whom, for what. Frozen, here and in the store."""

    id: UUID
    number: str
    payment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    learner_id: UUID
    amount: int
    currency: str
    issued_at: datetime


def invoice_number(year: int, sequence: int) -> str:
    """`2026-000001`."""
    return f"{year:04}-{sequence:06}"


def invoice_for(payment: Payment, *, id: UUID, sequence: int, at: datetime) -> Invoice:
    """The invoice of a payment, the `sequence`-th of its year."""
    return Invoice(
        id=id,
        number=invoice_number(at.year, sequence),
        payment_id=payment.id,
        enrollment_id=payment.enrollment_id,
        course_id=payment.course_id,
        course_title=payment.course_title,
        learner_id=payment.learner_id,
        amount=payment.amount,
        currency=payment.currency,
        issued_at=at,
    )
