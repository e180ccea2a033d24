"""Enrollments on SQL. The course's row is locked while a place is taken: rivals for the last one come one by one."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Table, Text, and_, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_adapters.sql.traces import Traced, within
from lms_adapters.telemetry.tracing import trace_id
from lms_core.contracts.course import UserEnrolled
from lms_core.domain.errors import Conflict, NotFound
from lms_core.domain.selection import Selection
from services.course.adapters.sql.authoring import OF_COURSE, CourseRow
from services.course.adapters.sql.base import Row
from services.course.adapters.sql.prerequisites import missing
from services.course.adapters.sql.pricing import PriceRow
from services.course.domain.enrollment import AlreadyEnrolled, Enrollment, EnrollmentStatus, Offer, PaymentClosing
from services.course.domain.pricing import Price
from services.course.ports.enrollment import Enrollments


class EnrollmentRow(Row):
    __tablename__ = "enrollment"
    __table_args__ = (
        Index(
            "uq_enrollment_course_id_learner_id",
            "course_id",
            "learner_id",
            unique=True,
            sqlite_where=text("held"),
            postgresql_where=text("held"),
        ),
        Index(None, "learner_id", "enrolled_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    course_version: Mapped[int]
    course_title: Mapped[str]
    learner_id: Mapped[UUID]
    status: Mapped[EnrollmentStatus] = mapped_column(Text)
    reason: Mapped[str | None]
    price_id: Mapped[UUID | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    enrolled_at: Mapped[datetime]
    held: Mapped[bool]
    trace_id: Mapped[str] = mapped_column(default=trace_id)
    """Of the click that began it all."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


_OFFER = (
    select(
        CourseRow.instructor_id,
        CourseRow.title,
        CourseRow.published_version,
        CourseRow.capacity,
        CourseRow.places_taken,
        PriceRow.price_id,
        PriceRow.amount,
        PriceRow.currency,
        PriceRow.set_at,
        EnrollmentRow.status.label("held"),
    )
    .outerjoin(PriceRow, OF_COURSE)
    .outerjoin(
        EnrollmentRow,
        and_(
            EnrollmentRow.course_id == CourseRow.id,
            EnrollmentRow.learner_id == bindparam("learner_id"),
            EnrollmentRow.held,
        ),
    )
    .where(CourseRow.id == bindparam("course_id"))
    .with_for_update(of=CourseRow)
)
_COURSES = cast(Table, CourseRow.__table__)  # as a table: the course's entity tag stays as it is
_COUNT = update(_COURSES).where(_COURSES.c.id == bindparam("course"))
_COUNT = _COUNT.values(places_taken=_COURSES.c.places_taken + bindparam("change"))
_COLUMNS = [c for c in EnrollmentRow.__table__.columns if c.name != "trace_id"]
_ONE = Query(select(*_COLUMNS).where(EnrollmentRow.id == bindparam("id")), Enrollment)
_OF_LEARNER = Listing(select(*_COLUMNS).where(EnrollmentRow.learner_id == bindparam("me")), Enrollment)
TRACED_ENROLLMENTS = Query(
    select(EnrollmentRow.id, EnrollmentRow.status, EnrollmentRow.enrolled_at).where(
        within(EnrollmentRow.id, EnrollmentRow.trace_id)
    ),
    lambda id, status, enrolled_at: Traced("enrollment", status, enrolled_at, None, UserEnrolled.type, str(id)),
)


class SqlEnrollments(Enrollments):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._rows = Repository(session, EnrollmentRow, Enrollment)
        self._reader = reader

    async def offer(self, course_id: UUID, learner_id: UUID) -> Offer:
        found = await self._session.execute(_OFFER, {"course_id": course_id, "learner_id": learner_id})
        row = found.one_or_none()
        if row is None:
            raise NotFound
        if row.held is not None:
            raise PaymentClosing if row.held == "cancelled" else AlreadyEnrolled
        price = None
        if row.price_id is not None:
            price = Price(
                course_id=course_id, price_id=row.price_id, amount=row.amount, currency=row.currency, set_at=row.set_at
            )
        return Offer(
            course_id=course_id,
            instructor_id=row.instructor_id,
            title=row.title,
            published_version=row.published_version,
            capacity=row.capacity,
            taken=row.places_taken,
            price=price,
            missing=await missing(self._session, course_id, learner_id),
        )

    async def add(self, enrollment: Enrollment) -> None:
        try:
            await self._rows.add(enrollment)
        except Conflict:
            raise AlreadyEnrolled from None
        await self.count(enrollment.course_id, 1)

    async def get(self, id: UUID) -> Enrollment:
        return await self._rows.get(id, lock=True)

    async def update(self, enrollment: Enrollment) -> None:
        await self._rows.update(enrollment)

    async def count(self, course_id: UUID, change: int) -> None:
        await self._session.execute(_COUNT, {"course": course_id, "change": change})

    async def look(self, id: UUID) -> Enrollment:
        return await self._reader.get(_ONE, id=id)

    async def of_learner(self, learner_id: UUID, selection: Selection) -> list[Enrollment]:
        return await _OF_LEARNER.some(self._reader, selection, me=learner_id)
