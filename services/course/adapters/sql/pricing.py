"""Course's copy of prices on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from services.course.adapters.sql.base import Row
from services.course.domain.pricing import Price
from services.course.ports.pricing import Prices


class PriceRow(Row):
    __tablename__ = "price"

    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    price_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    set_at: Mapped[datetime]


class SqlPrices(Prices):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, PriceRow, Price)

    async def of(self, course_id: UUID) -> Price | None:
        return await self._rows.one(course_id=course_id)

    async def add(self, price: Price) -> None:
        await self._rows.add(price)

    async def replace(self, price: Price) -> None:
        await self._rows.update(price, price.course_id)
