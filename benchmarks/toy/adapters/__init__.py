"""Adapters of the toy services."""
