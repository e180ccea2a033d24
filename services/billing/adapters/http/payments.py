"""Payments of the one who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.params import FromQuery, QueryParameter

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.pagination import LIMIT, MAX_LIMIT, Page, cut, paged, read_cursor
from services.billing.domain.payments import Reason, State
from services.billing.usecases.payments import ListPayments


class PaymentView(View, kw_only=True):
    id: UUID
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    amount: int
    currency: str
    state: State
    reason: Reason | None
    attempts: int
    opened_at: datetime
    settled_at: datetime | None


class PaymentsController(Controller):
    path = "/billing/payments"

    @get(guards=[requires("invoice:read")])
    @inject
    async def list_payments(
        self,
        request: Request[Any, Any, Any],
        me: Me,
        list_payments: FromDishka[ListPayments],
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = LIMIT,
    ) -> Response[Page[PaymentView]]:
        payments = await list_payments(me, before=read_cursor(cursor, UUID), limit=limit + 1)
        items, following = cut(payments, limit, lambda payment: payment.id)
        return paged(request, Page(items=[view(payment, PaymentView) for payment in items], next=following))
