"""Courses on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_core.domain.selection import Selection
from services.course.adapters.sql.base import Row
from services.course.adapters.sql.pricing import PriceRow
from services.course.domain.authoring import Course
from services.course.ports.authoring import CourseDetails, Courses


class CourseRow(Row):
    __tablename__ = "course"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "title", "id"),
        Index(None, "instructor_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instructor_id: Mapped[UUID]
    title: Mapped[str]
    summary: Mapped[str]
    capacity: Mapped[int | None]
    places_taken: Mapped[int] = mapped_column(default=0)
    """Enrollment counts here, under the row's lock; it is not part of what the author edits."""
    published_version: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


OF_COURSE = and_(PriceRow.course_id == CourseRow.id, PriceRow.amount > 0)
"""What a place costs, where it costs something."""
_DETAILS = select(
    CourseRow.id,
    CourseRow.instructor_id,
    CourseRow.title,
    CourseRow.summary,
    CourseRow.capacity,
    CourseRow.places_taken,
    CourseRow.published_version,
    PriceRow.price_id,
    PriceRow.amount,
    PriceRow.currency,
    CourseRow.created_at,
    CourseRow.updated_at,
    CourseRow.version,
).outerjoin(PriceRow, OF_COURSE)
_ONE = Query(_DETAILS.where(CourseRow.id == bindparam("id")), CourseDetails)
_STATUS = {"draft": CourseRow.published_version.is_(None), "published": CourseRow.published_version.is_not(None)}
_MINE = CourseRow.instructor_id == bindparam("me")
_ALL = Listing(_DETAILS, CourseDetails, status=_STATUS)
_OWN = Listing(_DETAILS.where(_MINE), CourseDetails, status=_STATUS)
_KNOWN = Listing(_DETAILS.where(or_(_STATUS["published"], _MINE)), CourseDetails, status=_STATUS)


class SqlCourses(Courses):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._rows = Repository(session, CourseRow, Course)
        self._reader = reader

    async def get(self, id: UUID) -> Course:
        return await self._rows.get(id, lock=True)

    async def add(self, course: Course) -> None:
        await self._rows.add(course)

    async def update(self, course: Course) -> None:
        await self._rows.update(course)

    async def details(self, id: UUID) -> CourseDetails:
        return await self._reader.get(_ONE, id=id)

    async def list(self, selection: Selection, *, instructor_id: UUID, drafts: bool) -> list[CourseDetails]:
        if drafts:
            return await _ALL.some(self._reader, selection)
        only_drafts = set(selection.values("status")) == {"draft"}  # and these are their author's own
        return await (_OWN if only_drafts else _KNOWN).some(self._reader, selection, me=instructor_id)
