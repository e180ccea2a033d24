"""Mails that stay on this machine."""
