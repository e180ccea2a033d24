"""Role assignments on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from services.auth.adapters.sql.base import Row
from services.auth.domain.permissions import RoleAssignment
from services.auth.ports.permissions import Roles


class RoleRow(Row):
    __tablename__ = "role_assignment"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    assigned_at: Mapped[datetime]


class SqlRoles(Roles):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, RoleRow, RoleAssignment)

    async def of(self, user_id: UUID) -> frozenset[str]:
        return frozenset(assignment.role for assignment in await self._rows.all(user_id=user_id))

    async def add(self, assignment: RoleAssignment) -> bool:
        if await self._rows.one(user_id=assignment.user_id, role=assignment.role) is not None:
            return False
        await self._rows.add(assignment)
        return True
