"""Transactions, events and jobs on SQLite and PostgreSQL."""
