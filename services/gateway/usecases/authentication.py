"""Knowing who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Unauthenticated, Unavailable
from lms_core.security.principal import Principal
from services.gateway.ports.authentication import Verifier


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Who asks; None for somebody who shows nothing, or a token that does not count.

    The services decide what that one may do, and say what is wrong with the token where they want somebody.
    """

    raises: ClassVar = (Unavailable,)

    verifier: Verifier

    async def __call__(self, authorization: bytes | None) -> Principal | None:
        if authorization is None:
            return None
        try:
            return await self.verifier.principal(authorization)
        except Unauthenticated:
            return None


USE_CASES = (Authenticate,)
