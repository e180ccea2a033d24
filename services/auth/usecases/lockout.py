"""Bounding how often passwords may be tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.addresses import network
from lms_core.ports.clock import Clock
from services.auth.domain.lockout import Patience, TooManyAttempts, tally_key
from services.auth.ports.lockout import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class LockoutPolicy:
    """How patient we are with whom."""

    account: Patience
    address: Patience


def place_of(email: str, address: str) -> str:
    """An account and a network together: what is remembered of a sign-in."""
    return tally_key("place", email, network(address))


@dataclass(frozen=True, slots=True)
class CountAttempt:
    """Count an attempt as failed before it is made, so that many at once are many; a success takes it back.

    An address counts over all accounts. An account counts over all addresses, but for the places that its owner signed
    in from before: each of those counts for itself, so strangers cannot lock the owner out there.
    """

    raises: ClassVar = (TooManyAttempts,)

    tallies: Tallies
    policy: LockoutPolicy
    clock: Clock

    async def __call__(self, email: str, address: str, *, familiar: bool) -> tuple[str, ...]:
        """The tallies it was counted in. Whether the account exists makes no difference."""
        whose = place_of(email, address) if familiar else tally_key("account", email)
        keys = {whose: self.policy.account, tally_key("address", network(address)): self.policy.address}
        wait = await self.tallies.count(keys, self.clock.now())
        if wait:
            raise TooManyAttempts(after=wait)
        return tuple(keys)


STEPS = (CountAttempt,)
