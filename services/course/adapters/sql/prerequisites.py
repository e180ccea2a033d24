"""Prerequisites and completions on SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, and_, bindparam, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from services.course.adapters.sql.authoring import CourseRow
from services.course.adapters.sql.base import Row
from services.course.domain.prerequisites import Completion, Graph, NamedCourse, Prerequisite
from services.course.ports.prerequisites import Completions, Prerequisites


class PrerequisiteRow(Row):
    __tablename__ = "prerequisite"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)
    required_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), primary_key=True)
    position: Mapped[int]


class CompletionRow(Row):
    __tablename__ = "completion"

    learner_id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    completed_at: Mapped[datetime]


_REQUIRED = (
    select(PrerequisiteRow.required_id, CourseRow.title, CompletionRow.completed_at)
    .join(CourseRow, CourseRow.id == PrerequisiteRow.required_id)
    .outerjoin(
        CompletionRow,
        and_(
            CompletionRow.course_id == PrerequisiteRow.required_id, CompletionRow.learner_id == bindparam("learner_id")
        ),
    )
    .where(PrerequisiteRow.course_id == bindparam("course_id"))
    .order_by(PrerequisiteRow.position)
)


def _prerequisite(required_id: UUID, title: str, completed_at: datetime | None) -> Prerequisite:
    return Prerequisite(course_id=required_id, title=title, completed=completed_at is not None)


_OF = Query(_REQUIRED, _prerequisite)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('course.prerequisites', 13))")
_START = select(PrerequisiteRow.course_id, PrerequisiteRow.required_id)
_BELOW = _START.where(PrerequisiteRow.course_id.in_(bindparam("ids", expanding=True))).cte(recursive=True)
_BELOW = _BELOW.union(_START.join(_BELOW, PrerequisiteRow.course_id == _BELOW.c.required_id))
_GRAPH = select(_BELOW.c.course_id, CourseRow.id, CourseRow.title).join(CourseRow, CourseRow.id == _BELOW.c.required_id)


class SqlPrerequisites(Prerequisites):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._reader = reader

    async def published(self, ids: Collection[UUID]) -> list[NamedCourse]:
        statement = select(CourseRow.id, CourseRow.title)
        statement = statement.where(CourseRow.id.in_(ids), CourseRow.published_version.is_not(None))
        return [NamedCourse(course_id=id, title=title) for id, title in await self._session.execute(statement)]

    async def graph(self, ids: Collection[UUID]) -> Graph:
        if self._session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time
            await self._session.execute(_LOCK)
        graph: dict[UUID, list[NamedCourse]] = {}
        for course_id, required_id, title in await self._session.execute(_GRAPH, {"ids": list(ids)}):
            graph.setdefault(course_id, []).append(NamedCourse(course_id=required_id, title=title))
        return graph

    async def replace(self, course_id: UUID, required: Sequence[UUID]) -> None:
        await self._session.execute(delete(PrerequisiteRow).where(PrerequisiteRow.course_id == course_id))
        if required:
            rows = [{"course_id": course_id, "required_id": id, "position": i} for i, id in enumerate(required)]
            await self._session.execute(insert(PrerequisiteRow), rows)

    async def of(self, course_id: UUID, learner_id: UUID) -> list[Prerequisite]:
        return await self._reader.all(_OF, course_id=course_id, learner_id=learner_id)


async def missing(session: AsyncSession, course_id: UUID, learner_id: UUID) -> tuple[NamedCourse, ...]:
    """Inside the unit of work: what the course needs and the learner has not completed."""
    found = await session.execute(_REQUIRED, {"course_id": course_id, "learner_id": learner_id})
    return tuple(NamedCourse(course_id=id, title=title) for id, title, completed_at in found if completed_at is None)


class SqlCompletions(Completions):
    def __init__(self, session: AsyncSession) -> None:
        self._rows = Repository(session, CompletionRow, Completion)

    async def of(self, learner_id: UUID, course_id: UUID) -> Completion | None:
        return await self._rows.one(learner_id=learner_id, course_id=course_id)

    async def add(self, completion: Completion) -> None:
        await self._rows.add(completion)
