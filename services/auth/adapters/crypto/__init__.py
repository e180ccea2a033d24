"""Hashing and signing."""
