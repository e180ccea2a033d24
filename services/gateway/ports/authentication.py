"""Who asks."""

from __future__ import annotations

from typing import Protocol

from lms_core.security.principal import Principal


class Verifier(Protocol):
    """Access tokens."""

    async def principal(self, authorization: bytes) -> Principal:
        """Who an Authorization header speaks for. Raises Unauthenticated; Unavailable while no keys can be had."""
