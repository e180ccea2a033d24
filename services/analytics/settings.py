"""What analytics can be told."""

from __future__ import annotations

from lms_adapters.platform.settings import Secret, Settings


class AnalyticsSettings(Settings, frozen=True, kw_only=True):
    """Beside what every service can be told."""

    columnar_url: Secret = "duckdb:///{data}/analytics.duckdb"
    """The columnar store of raw events: `duckdb:///file`, which one process may have open."""
