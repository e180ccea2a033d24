"""Knowing who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Unauthenticated, Unavailable
from lms_core.security.principal import Principal
from services.gateway.domain.authentication import bearer
from services.gateway.ports.authentication import Verifier


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Who asks; None for somebody who shows nothing: the services decide what that one may do."""

    raises: ClassVar = (Unauthenticated, Unavailable)

    verifier: Verifier

    async def __call__(self, authorization: bytes | None) -> Principal | None:
        if authorization is None:
            return None
        return await self.verifier.principal(bearer(authorization))


USE_CASES = (Authenticate,)
