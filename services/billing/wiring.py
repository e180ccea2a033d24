"""Which adapter stands behind which port."""

from __future__ import annotations

from dishka import Provider, Scope

from lms_adapters.platform.registry import by_url
from lms_adapters.sql.engine import Database
from lms_core.ports.clock import Clock
from services.billing.adapters.sandbox.payments import SandboxProvider
from services.billing.adapters.sql.catalog import SqlCourses, SqlPrices
from services.billing.adapters.sql.invoices import SqlInvoices
from services.billing.adapters.sql.ledger import SqlLedger
from services.billing.adapters.sql.methods import SqlMethods
from services.billing.adapters.sql.payments import SqlPayments
from services.billing.ports import payments as promises
from services.billing.ports.catalog import Courses, Prices
from services.billing.ports.invoices import Invoices
from services.billing.ports.ledger import Ledger
from services.billing.ports.methods import Methods
from services.billing.ports.payments import Payments
from services.billing.settings import PROVIDERS, BillingSettings
from services.billing.usecases import catalog, invoices, ledger, methods, payments


def open_provider(settings: BillingSettings, database: Database, clock: Clock) -> promises.Provider:
    """The payment provider, by its URL. Raises UnknownScheme."""
    match by_url("payments", settings.payments_url, PROVIDERS):
        case _:
            return SandboxProvider(database, clock)


def wiring() -> Provider:
    """The provider of billing's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlCourses, provides=Courses)
    provider.provide(SqlPrices, provides=Prices)
    provider.provide(SqlMethods, provides=Methods)
    provider.provide(SqlPayments, provides=Payments)
    provider.provide(SqlInvoices, provides=Invoices)
    provider.provide(SqlLedger, provides=Ledger)
    provider.provide(open_provider, scope=Scope.APP)
    for room in (catalog, methods, payments, invoices, ledger):
        provider.provide_all(*room.USE_CASES)
    return provider
