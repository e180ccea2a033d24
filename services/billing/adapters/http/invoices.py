"""Invoices of the one who asks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.billing.usecases.invoices import ListInvoices, ShowInvoice


class InvoiceView(View, kw_only=True):
    id: UUID
    number: str
    """Without gaps, in the order of issue."""
    payment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    """As it was called when the place was taken."""
    amount: int
    """In minor units: 4900 is 49.00 EUR, and 4900 JPY."""
    currency: str
    """ISO 4217."""
    issued_at: datetime
    trace_id: str
    """Of the click that led here: `/traces/{trace_id}`."""


INVOICES = Collection(
    InvoiceView,
    sort=("-issued_at",),
    filters=("id", "number", "course_id", "enrollment_id", "amount", "currency", "issued_at"),
)


class InvoicesController(Controller):
    path = "/billing/invoices"

    @INVOICES.get(guards=[requires("invoice:read")])
    @inject
    async def list_invoices(
        self, me: Me, wanted: Wanted, invoices: FromDishka[ListInvoices]
    ) -> Response[Page[InvoiceView]]:
        return INVOICES.page(wanted, await invoices(me, wanted))

    @get("/{invoice_id:uuid}", guards=[requires("invoice:read")])
    @inject
    async def show_invoice(
        self, invoice_id: FromPath[UUID], me: Me, show: FromDishka[ShowInvoice], if_none_match: IfNoneMatch = None
    ) -> Response[InvoiceView]:
        return tagged(view(await show(me, invoice_id), InvoiceView), if_none_match)
