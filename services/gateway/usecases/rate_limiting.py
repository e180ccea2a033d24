"""Keeping the measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.domain.addresses import network
from services.gateway.domain.rate_limiting import CREDENTIALS, LimitReached, Policy, Standing
from services.gateway.ports.rate_limiting import Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Which limits there are; None is none."""

    person: Policy | None
    """For somebody signed in."""
    address: Policy | None
    """For everybody else, by address."""
    credentials: Policy | None
    """For trying passwords, by address, beside the one above."""


@dataclass(frozen=True, slots=True)
class Admit:
    """Count a request against its caller's limits; the standing that is nearest to its end."""

    raises: ClassVar = (LimitReached,)

    buckets: Buckets
    policies: Policies

    async def __call__(self, person: UUID | None, address: str, method: str, path: str) -> Standing | None:
        strict = None
        if method == "POST" and self.policies.credentials is not None and path.rstrip("/") in CREDENTIALS:
            strict = await self.buckets.take(self.policies.credentials, network(address))
            if not strict.allowed:
                raise LimitReached(strict)
        policy = self.policies.address if person is None else self.policies.person
        if policy is None:
            return strict
        standing = await self.buckets.take(policy, network(address) if person is None else person.int)
        if not standing.allowed:
            raise LimitReached(standing)
        return standing if strict is None or standing.remaining < strict.remaining else strict


USE_CASES = (Admit,)
