"""Which adapter stands behind which port."""

from __future__ import annotations

import secrets

from dishka import Provider, Scope

from lms_adapters.platform.registry import by_url, third_party
from lms_adapters.web.pages import Pages
from lms_core.domain.money import written
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.billing.adapters.http.sandbox import ASSETS
from services.billing.adapters.memory.sandbox import MemoryCourier
from services.billing.adapters.sandbox.payments import SandboxProvider
from services.billing.adapters.sandbox.sandbox import SandboxDesk
from services.billing.adapters.sql.catalog import SqlCourses, SqlPrices
from services.billing.adapters.sql.invoices import SqlInvoices
from services.billing.adapters.sql.ledger import SqlLedger
from services.billing.adapters.sql.methods import SqlMethods
from services.billing.adapters.sql.payments import SqlPayments
from services.billing.domain.webhooks import SigningKeys
from services.billing.ports import payments as promises
from services.billing.ports.catalog import Courses, Prices
from services.billing.ports.invoices import Invoices
from services.billing.ports.ledger import Ledger
from services.billing.ports.methods import Methods
from services.billing.ports.payments import Payments
from services.billing.ports.sandbox import Courier, Desk
from services.billing.settings import PROVIDERS, BillingSettings
from services.billing.usecases import catalog, closing, invoices, ledger, methods, payments, sandbox, webhooks


def signing_keys(settings: BillingSettings) -> SigningKeys:
    """Of webhooks. Without a setting they are made at start: the sandbox is in this process too."""
    if settings.webhook_keys:
        return SigningKeys.parse(settings.webhook_keys)
    return SigningKeys((secrets.token_bytes(32),))


def open_provider(settings: BillingSettings, desk: SandboxDesk, keys: SigningKeys, clock: Clock) -> promises.Provider:
    """The payment provider, by its URL. Raises UnknownScheme."""
    match by_url("payments", settings.payments_url, PROVIDERS):
        case "sandbox":
            return SandboxProvider(desk, keys, clock)
        case other:
            provider: promises.Provider = third_party("payments", other)(settings.payments_url)
            return provider


def pages(settings: BillingSettings) -> Pages:
    """The sandbox's page, with a stylesheet of its own."""
    dev = settings.profile == "dev"
    return Pages("services.billing", dev=dev, assets=ASSETS, filters={"ms": to_ms, "money": written})


def wiring() -> Provider:
    """The provider of billing's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlCourses, provides=Courses)
    provider.provide(SqlPrices, provides=Prices)
    provider.provide(SqlMethods, provides=Methods)
    provider.provide(SqlPayments, provides=Payments)
    provider.provide(SqlInvoices, provides=Invoices)
    provider.provide(SqlLedger, provides=Ledger)
    for factory in (signing_keys, open_provider, pages, SandboxDesk):
        provider.provide(factory, scope=Scope.APP)
    provider.alias(source=SandboxDesk, provides=Desk)
    provider.provide(MemoryCourier, provides=Courier, scope=Scope.APP)
    for room in (catalog, methods, payments, closing, webhooks, sandbox, invoices):
        provider.provide_all(*room.USE_CASES)
    provider.provide_all(*payments.STEPS, *invoices.STEPS, *ledger.STEPS)
    return provider
