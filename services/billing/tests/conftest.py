"""The engine, for what must be true on PostgreSQL too."""

from tests.engines.fixtures import database_url, new_database, postgres

__all__ = ["database_url", "new_database", "postgres"]
