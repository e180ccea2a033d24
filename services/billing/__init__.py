"""Prices, payments and invoices, and the books they are kept in."""
