"""Anything that mentions HTTP, SQL or a library."""
