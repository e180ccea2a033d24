"""Accounts, sign-in and tokens, and who may do what."""
