"""Courses and prices on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_core.domain.selection import Selection
from services.billing.adapters.sql.base import Row
from services.billing.domain.catalog import Course, Price
from services.billing.ports.catalog import Courses, Prices


class CourseRow(Row):
    __tablename__ = "course"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    instructor_id: Mapped[UUID]
    course_version: Mapped[int]


class PriceRow(Row):
    __tablename__ = "price"
    __table_args__ = (UniqueConstraint("course_id", "set_at"), Index(None, "course_id", "set_at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]


_PRICE = select(*PriceRow.__table__.columns)
_PUBLISHED = exists().where(CourseRow.id == PriceRow.course_id, CourseRow.course_version > 0)
_SHOW = Query(_PRICE.where(PriceRow.id == bindparam("id")), Price)
_of_course = aliased(PriceRow)
_NEWEST = select(func.max(_of_course.set_at)).where(_of_course.course_id == PriceRow.course_id).scalar_subquery()
_SOME = Listing(
    _PRICE.where(_PUBLISHED), Price, current={True: PriceRow.set_at == _NEWEST, False: PriceRow.set_at != _NEWEST}
)


class SqlCourses(Courses):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, CourseRow, Course)

    async def find(self, id: UUID) -> Course | None:
        return await self._rows.one(id=id, lock=True)

    async def add(self, course: Course) -> None:
        await self._rows.add(course)

    async def update(self, course: Course) -> None:
        await self._rows.update(course)


class SqlPrices(Prices):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._rows = Repository(session, PriceRow, Price)
        self._reader = reader

    async def find(self, id: UUID) -> Price | None:
        return await self._rows.one(id=id)

    async def latest(self, course_id: UUID) -> Price | None:
        newest = select(PriceRow.id).where(PriceRow.course_id == course_id).order_by(PriceRow.set_at.desc()).limit(1)
        id = await self._session.scalar(newest)
        return None if id is None else await self._rows.get(id)

    async def add(self, price: Price) -> None:
        await self._rows.add(price)

    async def show(self, id: UUID) -> Price:
        return await self._reader.get(_SHOW, id=id)

    async def some(self, selection: Selection) -> list[Price]:
        return await _SOME.some(self._reader, selection)
