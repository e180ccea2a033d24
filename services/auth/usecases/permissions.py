"""Giving roles, and taking them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.auth import RoleAssigned, RoleRevoked
from lms_core.domain.errors import Invalid, NotFound
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork
from lms_core.security.permissions import ADMIN
from lms_core.security.principal import Principal
from services.auth.domain.permissions import LastAdministrator, RoleAssignment, known_role
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts


@dataclass(frozen=True, slots=True)
class AssignRole:
    """Give somebody a role.

    It counts from their next access token on. Giving a role twice changes nothing; the answer says since when they have
    it.
    """

    raises: ClassVar = (NotFound, Invalid)

    accounts: Accounts
    roles: Roles
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, me: Principal, user_id: UUID, role: str) -> RoleAssignment:
        known_role(role)
        now = self.clock.now()
        async with self.uow:
            await self.accounts.get(user_id)
            known = await self.roles.find(user_id, role)
            if known is not None:
                return known
            assignment = RoleAssignment(user_id=user_id, role=role, assigned_at=now)
            await self.roles.add(assignment)
            self.uow.audit("role.assigned", str(user_id), role=role)
            self.uow.record(RoleAssigned(user_id=user_id, role=role, assigned_by=me.id, assigned_at=now))
        return assignment


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Take a role back.

    Tokens carry roles: it is gone with their next access token, a matter of minutes. The last administrator stays one.
    """

    raises: ClassVar = (NotFound, LastAdministrator)

    accounts: Accounts
    roles: Roles
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, me: Principal, user_id: UUID, role: str) -> None:
        now = self.clock.now()
        async with self.uow:
            await self.accounts.get(user_id)
            assignment = await self.roles.find(user_id, role)
            if assignment is None:
                raise NotFound
            if role == ADMIN and await self.roles.holders(ADMIN) == {user_id}:
                raise LastAdministrator
            await self.roles.remove(assignment)
            self.uow.audit("role.revoked", str(user_id), role=role)
            self.uow.record(RoleRevoked(user_id=user_id, role=role, revoked_by=me.id, revoked_at=now))


USE_CASES = (AssignRole, RevokeRole)
