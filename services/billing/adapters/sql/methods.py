"""Payment methods on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_core.domain.selection import Selection
from services.billing.adapters.sql.base import Row
from services.billing.domain.methods import PaymentMethod
from services.billing.ports.methods import Methods


class MethodRow(Row):
    __tablename__ = "payment_method"
    __table_args__ = (Index(None, "owner_id", "added_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    token: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


_METHOD = select(*MethodRow.__table__.columns).where(MethodRow.removed_at.is_(None))
_SHOW = Query(_METHOD.where(MethodRow.id == bindparam("id")), PaymentMethod)
_OF = Listing(_METHOD.where(MethodRow.owner_id == bindparam("me")), PaymentMethod)


class SqlMethods(Methods):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._rows = Repository(session, MethodRow, PaymentMethod)
        self._reader = reader

    async def add(self, method: PaymentMethod) -> None:
        await self._rows.add(method)

    async def default(self, owner_id: UUID) -> PaymentMethod | None:
        on_file = select(MethodRow.id).where(MethodRow.owner_id == owner_id, MethodRow.removed_at.is_(None))
        id = await self._session.scalar(on_file.order_by(MethodRow.added_at.desc()).limit(1))
        return None if id is None else await self._rows.get(id)

    async def count(self, owner_id: UUID) -> int:
        on_file = select(func.count()).where(MethodRow.owner_id == owner_id, MethodRow.removed_at.is_(None))
        return await self._session.scalar(on_file) or 0

    async def get(self, id: UUID) -> PaymentMethod:
        return await self._rows.get(id, lock=True)

    async def update(self, method: PaymentMethod) -> None:
        await self._rows.update(method)

    async def show(self, id: UUID) -> PaymentMethod:
        return await self._reader.get(_SHOW, id=id)

    async def of(self, owner_id: UUID, selection: Selection) -> list[PaymentMethod]:
        return await _OF.some(self._reader, selection, me=owner_id)
