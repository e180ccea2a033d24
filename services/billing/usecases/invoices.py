"""Issuing and reading invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.billing import InvoiceIssued
from lms_core.domain.errors import NotFound
from lms_core.domain.selection import Selection
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.billing.domain.invoices import Invoice, invoice_for
from services.billing.domain.payments import Payment
from services.billing.ports.invoices import Invoices, IssuedInvoice


@dataclass(frozen=True, slots=True)
class Issue:
    """The invoice of a payment that has succeeded; inside the unit of work."""

    raises: ClassVar = ()

    invoices: Invoices
    uow: UnitOfWork
    ids: Ids

    async def __call__(self, payment: Payment, at: datetime) -> Invoice:
        sequence = await self.invoices.next_number(at.year)
        invoice = invoice_for(payment, id=self.ids.new(), sequence=sequence, at=at)
        await self.invoices.add(invoice)
        self.uow.record(
            InvoiceIssued(
                invoice_id=invoice.id,
                number=invoice.number,
                enrollment_id=invoice.enrollment_id,
                course_id=invoice.course_id,
                course_title=invoice.course_title,
                learner_id=invoice.learner_id,
                amount=invoice.amount,
                currency=invoice.currency,
                issued_at=at,
            )
        )
        return invoice


@dataclass(frozen=True, slots=True)
class ListInvoices:
    """List your invoices, the newest first."""

    raises: ClassVar = ()

    invoices: Invoices

    async def __call__(self, me: Principal, wanted: Selection) -> list[IssuedInvoice]:
        return await self.invoices.of(me.id, wanted)


@dataclass(frozen=True, slots=True)
class ShowInvoice:
    """Show one of your invoices.

    It never changes. `trace_id` leads from the invoice back to the click that caused it.
    """

    raises: ClassVar = (NotFound,)

    invoices: Invoices

    async def __call__(self, me: Principal, id: UUID) -> IssuedInvoice:
        invoice = await self.invoices.show(id)
        if invoice.learner_id != me.id:
            raise NotFound
        return invoice


USE_CASES = (ListInvoices, ShowInvoice)
STEPS = (Issue,)
