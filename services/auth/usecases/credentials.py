"""Choosing a password by invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Invalid
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.permissions import ADMIN
from services.auth.domain.credentials import INVITED_FOR, BadInvitation, Credential, Invitation, check_password
from services.auth.domain.registration import Account, AddressTaken, new_account
from services.auth.ports.credentials import Credentials, Passwords
from services.auth.ports.registration import Accounts
from services.auth.ports.tokens import Signer
from services.auth.usecases.registration import OpenAccount


@dataclass(frozen=True, slots=True)
class InviteAdministrator:
    """Create an account with the role admin whose password its holder chooses. For the operator, on the command line.

    Until they have chosen one, the operator may invite them again: the invitation before counts no more.
    """

    raises: ClassVar = (Invalid, AddressTaken)

    accounts: Accounts
    credentials: Credentials
    open: OpenAccount
    signer: Signer
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, email: str, display_name: str) -> tuple[Account, str]:
        """The account, and the invitation's token."""
        now = self.clock.now()
        account = new_account(id=self.ids.new(), email=email, display_name=display_name, locale="en", at=now)
        token, digest = self.signer.new_secret()
        async with self.uow:
            known = await self.accounts.by_email(account.email)
            if known is None:
                await self.open(account, None, ADMIN)
            elif await self.credentials.is_invited(known.id):
                account = known
            else:
                raise AddressTaken
            await self.credentials.invite(Invitation(user_id=account.id, digest=digest, expires_at=now + INVITED_FOR))
            self.uow.audit("account.invited", str(account.id))
        return account, token


@dataclass(frozen=True, slots=True)
class ChoosePassword:
    """Choose the first password of an account, with the token of an invitation. It counts once, for a day."""

    raises: ClassVar = (Invalid, BadInvitation)

    credentials: Credentials
    passwords: Passwords
    signer: Signer
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, *, token: str, password: str) -> None:
        digest = self.signer.digest(token)
        invited = await self.credentials.invited(digest)
        if invited is None or invited.expires_at <= self.clock.now():
            raise BadInvitation
        check_password(password, email=invited.email, display_name=invited.display_name)
        password_hash = await self.passwords.hash(password)
        async with self.uow:
            if not await self.credentials.redeem(digest):
                raise BadInvitation
            await self.credentials.add(Credential(user_id=invited.user_id, password_hash=password_hash))
            self.uow.audit("password.chosen", str(invited.user_id))


USE_CASES = (InviteAdministrator, ChoosePassword)
