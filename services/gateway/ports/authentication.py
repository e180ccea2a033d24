"""Who asks."""

from __future__ import annotations

from typing import Protocol

from lms_core.security.principal import Principal


class Verifier(Protocol):
    """Access tokens."""

    async def principal(self, token: str) -> Principal:
        """Who this token speaks for. Raises Unauthenticated, or Unavailable when the keys cannot be had."""
