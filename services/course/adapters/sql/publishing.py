"""Published versions on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.types import Json
from services.course.adapters.sql.base import Row
from services.course.adapters.sql.outline import MODULES
from services.course.domain.publishing import CourseVersion
from services.course.ports.publishing import Shelf, Versions


class CourseVersionRow(Row):
    __tablename__ = "course_version"
    __table_args__ = (UniqueConstraint("course_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    version: Mapped[int]
    """The published number; the row itself never changes."""
    title: Mapped[str]
    modules: Mapped[MODULES] = mapped_column(Json(MODULES))
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]


_VERSION = select(*CourseVersionRow.__table__.columns)
_BY_ID = Query(_VERSION.where(CourseVersionRow.id == bindparam("id")), CourseVersion)
_NUMBERED = Query(
    _VERSION.where(
        CourseVersionRow.course_id == bindparam("course_id"), CourseVersionRow.version == bindparam("version")
    ),
    CourseVersion,
)

_NEWEST = select(CourseVersionRow.id).where(CourseVersionRow.course_id == bindparam("course_id"))
_NEWEST = _NEWEST.order_by(CourseVersionRow.version.desc()).limit(1)


class SqlVersions(Versions):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = Repository(session, CourseVersionRow, CourseVersion)

    async def add(self, version: CourseVersion) -> None:
        await self._rows.add(version)

    async def newest(self, course_id: UUID) -> CourseVersion | None:
        row = await self._session.scalar(_NEWEST, {"course_id": course_id})
        return None if row is None else await self._rows.get(row)


class SqlShelf(Shelf):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_id(self, id: UUID) -> CourseVersion:
        return await self._reader.get(_BY_ID, id=id)

    async def numbered(self, course_id: UUID, version: int) -> CourseVersion:
        return await self._reader.get(_NUMBERED, course_id=course_id, version=version)
