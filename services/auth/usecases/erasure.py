"""Leaving for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.auth import UserErased
from lms_core.domain.errors import NotFound
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork
from lms_core.security.permissions import ADMIN
from lms_core.security.principal import Principal
from services.auth.domain.lockout import TooManyAttempts
from services.auth.domain.permissions import LastAdministrator
from services.auth.domain.tokens import BadCredentials
from services.auth.ports.credentials import Credentials, Passwords
from services.auth.ports.erasure import Belongings
from services.auth.ports.lockout import Tallies
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts
from services.auth.usecases.lockout import CountAttempt, place_of


@dataclass(frozen=True, slots=True)
class EraseAccount:
    """Leave for good: your account is deleted, and every service forgets who you were.

    Confirm it with your password; wrong ones are counted and answered as at a sign-in. There is no way back. Sessions
    end at once, access tokens within minutes; doing it again meanwhile changes nothing. What others have to keep
    (places in courses, progress, invoices) stays under a bare id. The only administrator cannot leave: 409
    `auth/last-administrator`.
    """

    raises: ClassVar = (BadCredentials, TooManyAttempts, LastAdministrator)

    accounts: Accounts
    roles: Roles
    belongings: Belongings
    credentials: Credentials
    passwords: Passwords
    count: CountAttempt
    tallies: Tallies
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, me: Principal, *, password: str, address: str) -> None:
        """`address`: the one of the net that it comes from."""
        email = await self.belongings.email(me.id)
        if email is None:
            return
        known = await self.credentials.for_email(email, place_of(email, address))
        counted = await self.count(email, address, familiar=known is not None and known.familiar)
        if not await self.passwords.matches(known.password_hash if known else None, password):
            raise BadCredentials
        async with self.uow:
            needed = await self._erase(me)  # the account before the tallies, as a sign-in does
            await self.tallies.take_back(counted)
        if needed:
            raise LastAdministrator

    async def _erase(self, me: Principal) -> bool:
        """Unless nobody else administers: whether that is so."""
        try:
            await self.accounts.get(me.id)
        except NotFound:  # by a rival
            return False
        if await self.roles.holders(ADMIN) == {me.id}:
            return True
        await self.belongings.remove(me.id)
        self.uow.audit("account.erased", str(me.id))
        self.uow.record(UserErased(user_id=me.id, erased_at=self.clock.now()))
        return False


USE_CASES = (EraseAccount,)
