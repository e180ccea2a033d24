"""billing on one page."""

from __future__ import annotations

from lms_adapters.platform.service import Service, on, project, work
from lms_core.contracts.billing import InvoiceIssued, PaymentCancelled, PaymentFailed, PaymentSucceeded, PriceSet
from lms_core.contracts.course import CourseCreated, CoursePublished, EnrollmentCancelled, UserEnrolled
from services.billing.adapters.http.catalog import CatalogController
from services.billing.adapters.http.invoices import InvoicesController
from services.billing.adapters.http.methods import MethodsController
from services.billing.adapters.http.payments import PaymentsController
from services.billing.adapters.http.sandbox import DESK, DeskAssets, DeskController
from services.billing.adapters.http.webhooks import WebhooksController
from services.billing.adapters.sql.base import Row
from services.billing.adapters.sql.invoices import TRACED_INVOICES
from services.billing.adapters.sql.payments import TRACED_PAYMENTS
from services.billing.settings import BillingSettings
from services.billing.usecases.catalog import KeepCourse
from services.billing.usecases.closing import Close, ClosePayment, StopCharging
from services.billing.usecases.payments import Charge, ChargeEnrollment, ChargePayment
from services.billing.usecases.sandbox import Send, SendWebhooks, Settle, SettlePending
from services.billing.wiring import wiring

SERVICE = Service(
    name="billing",
    summary="Prices, payments and invoices, and the books they are kept in.",
    routes=("/billing",),
    controllers=(CatalogController, MethodsController, PaymentsController, InvoicesController, WebhooksController),
    root_controllers=(DeskController, DeskAssets),
    roots=(DESK,),
    publishes=(PriceSet, PaymentSucceeded, PaymentFailed, PaymentCancelled, InvoiceIssued),
    subscribes=(
        project((CourseCreated, CoursePublished), KeepCourse, name="billing.courses", tables=("course",)),
        on(UserEnrolled, ChargeEnrollment, name="billing.charge-enrollment"),
        on(EnrollmentCancelled, StopCharging, name="billing.stop-charging"),
    ),
    jobs=(
        work(Charge, ChargePayment),
        work(Close, ClosePayment),
        work(Send, SendWebhooks),
        work(Settle, SettlePending),
    ),
    wiring=wiring,
    settings=BillingSettings,
    tables=Row.metadata,
    traced=(TRACED_PAYMENTS, TRACED_INVOICES),
)
