"""The engines, for the adapters that need one."""

from tests.engines.fixtures import database_url, new_database, postgres

__all__ = ["database_url", "new_database", "postgres"]
