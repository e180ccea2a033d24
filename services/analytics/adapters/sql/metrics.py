"""Sums and standings on SQL, and how far behind the inbox is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.inbox import Inbox
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.types import Json
from lms_core.domain.errors import NotFound
from lms_core.domain.money import Money
from services.analytics.adapters.sql.base import Row
from services.analytics.domain.metrics import Course, Standing
from services.analytics.ports.metrics import Backlog, CourseFigures, Courses, Standings


class CourseRow(Row):
    __tablename__ = "course"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    edition: Mapped[int]
    title: Mapped[str]
    instructor_id: Mapped[UUID | None]
    enrolled: Mapped[int]
    active: Mapped[int]
    pending: Mapped[int]
    suspended: Mapped[int]
    completed: Mapped[int]
    percents: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[int] = mapped_column(BigInteger)
    revenue: Mapped[dict[str, int]] = mapped_column(Json(dict[str, int]))
    events: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime | None]


class StandingRow(Row):
    __tablename__ = "standing"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    status: Mapped[str | None]
    status_at: Mapped[datetime | None]
    percent: Mapped[int]
    seconds: Mapped[int] = mapped_column(BigInteger)
    progress_at: Mapped[datetime | None]
    completed: Mapped[bool]
    payments: Mapped[dict[UUID, Money]] = mapped_column(Json(dict[UUID, Money]))


_FIGURES = Query(
    select(
        CourseRow.id.label("course_id"),
        CourseRow.title,
        CourseRow.instructor_id,
        CourseRow.enrolled,
        CourseRow.active,
        CourseRow.pending,
        CourseRow.suspended,
        CourseRow.completed,
        CourseRow.percents,
        CourseRow.seconds,
        CourseRow.revenue,
        CourseRow.events,
        CourseRow.as_of,
    ).where(CourseRow.id == bindparam("id")),
    CourseFigures,
)


class SqlCourses(Courses):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._rows = Repository(session, CourseRow, Course)
        self._reader = reader

    async def get(self, course_id: UUID) -> Course:
        try:
            return await self._rows.get(course_id, lock=True)
        except NotFound:
            course = Course(id=course_id)
            await self._rows.add(course)
            return course

    async def put(self, course: Course) -> None:
        await self._rows.update(course)

    async def figures(self, course_id: UUID) -> CourseFigures | None:
        return await self._reader.one(_FIGURES, id=course_id)


class SqlStandings(Standings):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, StandingRow, Standing)

    async def get(self, enrollment_id: UUID, course_id: UUID) -> Standing:
        try:
            return await self._rows.get(enrollment_id, lock=True)
        except NotFound:
            standing = Standing(id=enrollment_id, course_id=course_id)
            await self._rows.add(standing)
            return standing

    async def put(self, standing: Standing) -> None:
        await self._rows.update(standing)


class InboxBacklog(Backlog):
    """The service's own inbox knows."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def waiting_since(self, subscription: str) -> datetime | None:
        return await self._inbox.waiting_since(subscription)
