"""PostgreSQL, for the tests that are marked `engine`."""

from tests.engines.fixtures import database_url, new_database, postgres

__all__ = ["database_url", "new_database", "postgres"]
