"""Giving roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.auth import RoleAssigned
from lms_core.domain.errors import Invalid, NotFound
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.auth.domain.permissions import RoleAssignment, known_role
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts


@dataclass(frozen=True, slots=True)
class AssignRole:
    """Give somebody a role.

    It counts from their next access token on. Giving a role twice changes nothing.
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
            assignment = RoleAssignment(user_id=user_id, role=role, assigned_at=now)
            if await self.roles.add(assignment):
                self.uow.audit("role.assigned", str(user_id), role=role)
                self.uow.record(RoleAssigned(user_id=user_id, role=role, assigned_by=me.id, assigned_at=now))
        return assignment


USE_CASES = (AssignRole,)
