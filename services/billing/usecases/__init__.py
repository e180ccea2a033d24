"""Verbs a user would say."""
