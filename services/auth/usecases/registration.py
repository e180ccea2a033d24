"""Making accounts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.auth import RegistrationRepeated, RoleAssigned, UserCreated
from lms_core.domain.errors import Findings, Invalid
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.permissions import ADMIN, LEARNER
from services.auth.domain.credentials import Credential, check_password
from services.auth.domain.permissions import RoleAssignment
from services.auth.domain.registration import Account, AddressTaken, new_account
from services.auth.ports.credentials import Credentials, Passwords
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open an account with its first role, and its password if it is known; inside the unit of work."""

    raises: ClassVar = (AddressTaken,)

    accounts: Accounts
    credentials: Credentials
    roles: Roles
    uow: UnitOfWork

    async def __call__(self, account: Account, password_hash: str | None, role: str) -> None:
        await self.accounts.add(account)
        if password_hash is not None:
            await self.credentials.add(Credential(user_id=account.id, password_hash=password_hash))
        await self.roles.add(RoleAssignment(user_id=account.id, role=role, assigned_at=account.created_at))
        self.uow.audit("account.created", str(account.id), role=role)
        self.uow.record(
            UserCreated(
                user_id=account.id,
                email=account.email,
                display_name=account.display_name,
                locale=account.locale,
                created_at=account.created_at,
            )
        )
        if role != LEARNER:
            self.uow.record(
                RoleAssigned(user_id=account.id, role=role, assigned_by=None, assigned_at=account.created_at)
            )


@dataclass(frozen=True, slots=True)
class Register:
    """Create an account.

    The answer is the same whether the address has an account or not, at the same cost: who owns a known address is
    told by mail that somebody tried. The profile follows in a moment.
    """

    raises: ClassVar = (Invalid,)

    accounts: Accounts
    passwords: Passwords
    open: OpenAccount
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, email: str, password: str, display_name: str, locale: str = "en") -> None:
        now, found = self.clock.now(), Findings()
        account = found.of(
            new_account, id=self.ids.new(), email=email, display_name=display_name, locale=locale, at=now
        )
        found.of(check_password, password, email=email, display_name=display_name)
        found.end()
        password_hash = await self.passwords.hash(password)
        with suppress(AddressTaken):  # somebody registered the address at this very moment: the answer is the same
            async with self.uow:
                known = await self.accounts.by_email(account.email)
                if known is None:
                    await self.open(account, password_hash, LEARNER)
                else:
                    self.uow.record(RegistrationRepeated(user_id=known.id, attempted_at=now))


@dataclass(frozen=True, slots=True)
class RegisterAdministrator:
    """Create an account with the role admin. For the operator, on the command line."""

    raises: ClassVar = (Invalid, AddressTaken)

    accounts: Accounts
    passwords: Passwords
    open: OpenAccount
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, email: str, password: str, display_name: str) -> Account:
        found = Findings()
        account = found.of(
            new_account, id=self.ids.new(), email=email, display_name=display_name, locale="en", at=self.clock.now()
        )
        found.of(check_password, password, email=email, display_name=display_name)
        found.end()
        password_hash = await self.passwords.hash(password)
        async with self.uow:
            if await self.accounts.by_email(account.email) is not None:
                raise AddressTaken
            await self.open(account, password_hash, ADMIN)
        return account


USE_CASES = (Register, RegisterAdministrator)
STEPS = (OpenAccount,)
