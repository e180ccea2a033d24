"""Payments of the one who asks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import Controller, Response

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject
from lms_adapters.web.messages import View
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


PAYMENTS = Collection(
    PaymentView,
    sort=("-opened_at",),
    filters=("id", "course_id", "enrollment_id", "state", "reason", "opened_at", "settled_at"),
)


class PaymentsController(Controller):
    path = "/billing/payments"

    @PAYMENTS.get(guards=[requires("invoice:read")])
    @inject
    async def list_payments(
        self, me: Me, wanted: Wanted, payments: FromDishka[ListPayments]
    ) -> Response[Page[PaymentView]]:
        return PAYMENTS.page(wanted, await payments(me, wanted))
