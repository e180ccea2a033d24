"""Sums and standings on SQL, and how far behind the inbox is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import BigInteger, CursorResult, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.inbox import Inbox
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.types import Json
from lms_core.domain.errors import Conflict
from lms_core.domain.money import Money
from services.analytics.adapters.sql.base import Row
from services.analytics.domain.metrics import Course, Standing
from services.analytics.ports.metrics import Backlog, CourseFigures, Courses, Standings

E = TypeVar("E", Course, Standing)


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
    course_id: Mapped[UUID]
    status: Mapped[str | None]
    status_version: Mapped[int]
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


class _Rows(Generic[E]):
    """Entities by id through fixed statements: each event of a course comes by here; the ORM costs four times this."""

    def __init__(self, row: type[Row], entity: type[E]) -> None:
        table = cast("Table", row.__table__)
        self._entity: Callable[..., E] = entity
        self._names = tuple(field.name for field in dataclasses.fields(entity))
        self._get = select(table).where(table.c.id == bindparam("key")).with_for_update()
        self._update = update(table).where(table.c.id == bindparam("key"))
        self._insert = insert(table)

    async def get(self, session: AsyncSession, id: UUID) -> E | None:
        """Locked until the transaction ends."""
        row = (await session.execute(self._get, {"key": id})).one_or_none()
        return None if row is None else self._entity(**row._mapping)

    async def put(self, session: AsyncSession, entity: E) -> None:
        """Raises Conflict when a rival added it first."""
        values = {name: getattr(entity, name) for name in self._names}
        done = cast("CursorResult[Any]", await session.execute(self._update, {**values, "key": values["id"]}))
        if done.rowcount == 0:
            try:
                await session.execute(self._insert, values)
            except IntegrityError as error:
                raise Conflict("it is there already") from error


_COURSES, _STANDINGS = _Rows(CourseRow, Course), _Rows(StandingRow, Standing)


class SqlCourses(Courses):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._reader = reader

    async def get(self, course_id: UUID) -> Course:
        return await _COURSES.get(self._session, course_id) or Course(id=course_id)

    async def put(self, course: Course) -> None:
        await _COURSES.put(self._session, course)

    async def figures(self, course_id: UUID) -> CourseFigures | None:
        return await self._reader.one(_FIGURES, id=course_id)


class SqlStandings(Standings):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, enrollment_id: UUID, course_id: UUID) -> Standing:
        known = await _STANDINGS.get(self._session, enrollment_id)
        return known or Standing(id=enrollment_id, course_id=course_id)

    async def put(self, standing: Standing) -> None:
        await _STANDINGS.put(self._session, standing)


class InboxBacklog(Backlog):
    """The service's own inbox knows."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def waiting_since(self, subscription: str) -> datetime | None:
        return await self._inbox.waiting_since(subscription)
