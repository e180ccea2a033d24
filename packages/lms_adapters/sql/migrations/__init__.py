"""Alembic's branches: the kernel's own first, then the service's, under a lock."""
