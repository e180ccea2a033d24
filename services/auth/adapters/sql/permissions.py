"""Role assignments on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
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
        self._session = session
        self._rows = Repository(session, RoleRow, RoleAssignment)

    async def of(self, user_id: UUID) -> frozenset[str]:
        return frozenset(assignment.role for assignment in await self._rows.all(user_id=user_id))

    async def find(self, user_id: UUID, role: str) -> RoleAssignment | None:
        return await self._rows.one(user_id=user_id, role=role)

    async def holders(self, role: str) -> frozenset[UUID]:
        whose = select(RoleRow.user_id).where(RoleRow.role == role).order_by(RoleRow.user_id).with_for_update()
        return frozenset(await self._session.scalars(whose))

    async def add(self, assignment: RoleAssignment) -> None:
        await self._rows.add(assignment)

    async def remove(self, assignment: RoleAssignment) -> None:
        one = (RoleRow.user_id == assignment.user_id, RoleRow.role == assignment.role)
        await self._session.execute(delete(RoleRow).where(*one))
