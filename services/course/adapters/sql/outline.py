"""Outlines on SQL: one document each, with the hashes of its blocks."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.types import Json
from services.course.adapters.sql.authoring import CourseRow
from services.course.adapters.sql.base import Row
from services.course.domain.outline import Module, Outline
from services.course.ports.outline import Outlines, OwnedOutline

MODULES = tuple[Module[str], ...]


class OutlineRow(Row):
    __tablename__ = "outline"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)
    modules: Mapped[MODULES] = mapped_column(Json(MODULES))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


_LOOK = Query(
    select(
        OutlineRow.course_id,
        CourseRow.instructor_id,
        CourseRow.published_version,
        OutlineRow.modules,
        OutlineRow.version,
    )
    .join(CourseRow, CourseRow.id == OutlineRow.course_id)
    .where(OutlineRow.course_id == bindparam("course_id")),
    OwnedOutline,
)


class SqlOutlines(Outlines):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._rows = Repository(session, OutlineRow, Outline)
        self._reader = reader

    async def get(self, course_id: UUID) -> Outline:
        return await self._rows.get(course_id, lock=True)

    async def add(self, outline: Outline) -> None:
        await self._rows.add(outline)

    async def update(self, outline: Outline) -> None:
        await self._rows.update(outline, outline.course_id)

    async def look(self, course_id: UUID) -> OwnedOutline:
        return await self._reader.get(_LOOK, course_id=course_id)
