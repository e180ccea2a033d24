"""Payments of the one who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View, view
from lms_adapters.web.preconditions import IfNoneMatch, tagged
from services.billing.domain.payments import Reason, Status
from services.billing.usecases.payments import ListPayments, ShowPayment


class PaymentView(View, kw_only=True):
    id: UUID
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    amount: int
    """In minor units: 4900 is 49.00 EUR, and 4900 JPY."""
    currency: str
    """ISO 4217."""
    status: Annotated[Status, msgspec.Meta(examples=["succeeded"])]
    """`open`, `charging`: on its way. `closing`: its place was given up; soon `cancelled`, unless it was charged."""
    reason: Annotated[Reason | None, msgspec.Meta(examples=[None])]
    """Why it failed."""
    attempts: int
    """How often the provider was asked."""
    opened_at: datetime
    settled_at: datetime | None
    """When it succeeded, failed or was cancelled; null until then."""


PAYMENTS = Collection(
    PaymentView,
    sort=("-opened_at",),
    filters=("id", "course_id", "enrollment_id", "status", "reason", "opened_at", "settled_at"),
)


class PaymentsController(Controller):
    path = "/billing/payments"

    @PAYMENTS.get(guards=[requires("invoice:read")])
    @inject
    async def list_payments(
        self, me: Me, wanted: Wanted, payments: FromDishka[ListPayments]
    ) -> Response[Page[PaymentView]]:
        return PAYMENTS.page(wanted, await payments(me, wanted))

    @get("/{payment_id:uuid}", guards=[requires("invoice:read")])
    @inject
    async def show_payment(
        self, payment_id: FromPath[UUID], me: Me, show: FromDishka[ShowPayment], if_none_match: IfNoneMatch = None
    ) -> Response[PaymentView]:
        return tagged(view(await show(me, payment_id), PaymentView), if_none_match)
