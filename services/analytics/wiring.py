"""Which adapter stands behind which port."""

from __future__ import annotations

from collections.abc import AsyncIterator

from dishka import Provider, Scope

from lms_adapters.platform.registry import by_url, third_party
from lms_adapters.sql.engine import Database
from lms_adapters.sql.inbox import Inbox
from lms_core.ports.clock import Clock
from services.analytics.adapters.sql.collection import SqlStaging
from services.analytics.adapters.sql.metrics import InboxBacklog, SqlCourses, SqlStandings
from services.analytics.ports.collection import ColumnStore, Staging
from services.analytics.ports.metrics import Backlog, Courses, Standings
from services.analytics.settings import AnalyticsSettings
from services.analytics.usecases import collection, metrics


def open_column_store(url: str) -> ColumnStore:
    """`duckdb:///path/to/file.duckdb`; opened when first used. Raises ValueError for an unknown scheme."""
    match by_url("columnar", url, ("duckdb",)):
        case "duckdb":
            from services.analytics.adapters.duckdb.collection import DuckColumnStore

            return DuckColumnStore(url.partition(":///")[2])
        case other:
            store: ColumnStore = third_party("columnar", other)(url)
            return store


async def column_store(settings: AnalyticsSettings) -> AsyncIterator[ColumnStore]:
    """The store of this process, closed with the service."""
    store = open_column_store(settings.columnar_url)
    yield store
    await store.close()


def backlog(database: Database, clock: Clock) -> Backlog:
    """The service's own inbox, asked how far behind it is."""
    return InboxBacklog(Inbox(database, clock, "analytics", {}))


def wiring() -> Provider:
    """The provider of analytics' container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlStaging, provides=Staging)
    provider.provide(SqlCourses, provides=Courses)
    provider.provide(SqlStandings, provides=Standings)
    provider.provide(backlog, scope=Scope.APP)
    provider.provide(column_store, scope=Scope.APP)
    provider.provide_all(*collection.USE_CASES, *metrics.USE_CASES)
    return provider
