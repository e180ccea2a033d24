"""Invoices of the one who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.pagination import LIMIT, MAX_LIMIT, Page, cut, paged, read_cursor
from services.billing.usecases.invoices import ListInvoices, ShowInvoice


class InvoiceView(View, kw_only=True):
    id: UUID
    number: str
    payment_id: UUID
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    amount: int
    currency: str
    issued_at: datetime
    trace_id: str


class InvoicesController(Controller):
    path = "/billing/invoices"

    @get(guards=[requires("invoice:read")])
    @inject
    async def list_invoices(
        self,
        request: Request[Any, Any, Any],
        me: Me,
        list_invoices: FromDishka[ListInvoices],
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = LIMIT,
    ) -> Response[Page[InvoiceView]]:
        invoices = await list_invoices(me, before=read_cursor(cursor, UUID), limit=limit + 1)
        items, following = cut(invoices, limit, lambda invoice: invoice.id)
        return paged(request, Page(items=[view(invoice, InvoiceView) for invoice in items], next=following))

    @get("/{invoice_id:uuid}", guards=[requires("invoice:read")])
    @inject
    async def show_invoice(self, invoice_id: FromPath[UUID], me: Me, show: FromDishka[ShowInvoice]) -> InvoiceView:
        return view(await show(me, invoice_id), InvoiceView)
