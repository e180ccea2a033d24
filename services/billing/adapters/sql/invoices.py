"""Invoices on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.traces import Traced, within
from lms_adapters.telemetry.tracing import trace_id
from lms_core.contracts.billing import InvoiceIssued
from lms_core.domain.selection import Selection
from services.billing.adapters.sql.base import Row
from services.billing.adapters.sql.payments import PaymentRow
from services.billing.domain.invoices import Invoice
from services.billing.ports.invoices import Invoices, IssuedInvoice


class InvoiceRow(Row):
    __tablename__ = "invoice"
    __table_args__ = (Index(None, "learner_id", "issued_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"), unique=True)
    enrollment_id: Mapped[UUID]
    course_id: Mapped[UUID]
    course_title: Mapped[str]
    learner_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    issued_at: Mapped[datetime]
    trace_id: Mapped[str] = mapped_column(default=trace_id)


class SequenceRow(Row):
    __tablename__ = "invoice_sequence"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
    """The number given last; the row stays locked until the transaction that took it ends."""


_NEXT = text(
    "INSERT INTO invoice_sequence (year, last) VALUES (:year, 1) "
    "ON CONFLICT (year) DO UPDATE SET last = invoice_sequence.last + 1 RETURNING last"
)
_INVOICE = select(*InvoiceRow.__table__.columns)
_SHOW = Query(_INVOICE.where(InvoiceRow.id == bindparam("id")), IssuedInvoice)
_OF = Listing(_INVOICE.where(InvoiceRow.learner_id == bindparam("me")), IssuedInvoice)
TRACED_INVOICES = Query(
    select(InvoiceRow.number, InvoiceRow.issued_at, InvoiceRow.enrollment_id)
    .join(PaymentRow, PaymentRow.id == InvoiceRow.payment_id)
    .where(within(PaymentRow.enrollment_id, InvoiceRow.trace_id)),
    lambda number, issued_at, enrollment_id: Traced(
        f"invoice {number}", "issued", issued_at, None, InvoiceIssued.type, str(enrollment_id)
    ),
)


class SqlInvoices(Invoices):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._rows = Repository(session, InvoiceRow, Invoice)
        self._reader = reader

    async def next_number(self, year: int) -> int:
        return int((await self._session.execute(_NEXT, {"year": year})).scalar_one())

    async def add(self, invoice: Invoice) -> None:
        await self._rows.add(invoice)

    async def show(self, id: UUID) -> IssuedInvoice:
        return await self._reader.get(_SHOW, id=id)

    async def of(self, learner_id: UUID, selection: Selection) -> list[IssuedInvoice]:
        return await _OF.some(self._reader, selection, me=learner_id)
