"""PostgreSQL, for the tests that need it."""

from tests.engines.fixtures import database_url, new_database, postgres

__all__ = ["database_url", "new_database", "postgres"]
