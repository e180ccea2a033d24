"""The projection's tables: outlines, tracking, topics and what was counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from services.progress.adapters.sql.base import Row
from services.progress.domain.tracking import Outline, Topic, TopicProgress, Track, Tracking
from services.progress.ports.tracking import Outlines, Tracks

T = TypeVar("T")


class CourseVersionRow(Row):
    __tablename__ = "course_version"

    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    published_at: Mapped[datetime]


class CourseTopicRow(Row):
    __tablename__ = "course_topic"
    __table_args__ = (
        ForeignKeyConstraint(["course_id", "version"], ["course_version.course_id", "course_version.version"]),
    )

    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int]
    title: Mapped[str]
    required: Mapped[bool]


class TrackingRow(Row):
    __tablename__ = "tracking"
    __table_args__ = (
        ForeignKeyConstraint(["course_id", "course_version"], ["course_version.course_id", "course_version.version"]),
        Index(None, "learner_id", "course_id"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID]
    course_version: Mapped[int]
    learner_id: Mapped[UUID]
    enrolled_at: Mapped[datetime]
    status: Mapped[str]
    status_at: Mapped[datetime]
    seconds: Mapped[int] = mapped_column(BigInteger)
    completed_topics: Mapped[int]
    required_topics: Mapped[int]
    percent: Mapped[int]
    rule_version: Mapped[int]
    completed_at: Mapped[datetime | None]


class TopicProgressRow(Row):
    __tablename__ = "topic_progress"

    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("tracking.enrollment_id"), primary_key=True)
    topic_id: Mapped[UUID] = mapped_column(primary_key=True)
    seconds: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]


class CountedActivityRow(Row):
    __tablename__ = "counted_activity"

    enrollment_id: Mapped[UUID] = mapped_column(ForeignKey("tracking.enrollment_id"), primary_key=True)
    activity_id: Mapped[UUID] = mapped_column(primary_key=True)


TABLES = ("course_version", "course_topic", "tracking", "topic_progress", "counted_activity")


class SqlOutlines(Outlines):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, outline: Outline) -> None:
        if await self._session.get(CourseVersionRow, (outline.course_id, outline.version)) is not None:
            return
        self._session.add(
            CourseVersionRow(
                course_id=outline.course_id,
                version=outline.version,
                title=outline.title,
                published_at=outline.published_at,
            )
        )
        await self._session.flush()
        self._session.add_all(
            CourseTopicRow(
                course_id=outline.course_id,
                version=outline.version,
                topic_id=topic.topic_id,
                place=place,
                title=topic.title,
                required=topic.required,
            )
            for place, topic in enumerate(outline.topics)
        )

    async def get(self, course_id: UUID, version: int) -> Outline | None:
        row = await self._session.get(CourseVersionRow, (course_id, version))
        if row is None:
            return None
        topics = await self._session.scalars(
            select(CourseTopicRow)
            .where(CourseTopicRow.course_id == course_id, CourseTopicRow.version == version)
            .order_by(CourseTopicRow.place)
        )
        return Outline(
            course_id=course_id,
            version=version,
            title=row.title,
            published_at=row.published_at,
            topics=tuple(_out(topic, Topic) for topic in topics),
        )


class SqlTracks(Tracks):
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = Repository(session, TrackingRow, Tracking)

    async def tracking(self, enrollment_id: UUID) -> Tracking | None:
        return await self._rows.one(lock=True, enrollment_id=enrollment_id)

    async def add(self, tracking: Tracking) -> None:
        await self._rows.add(tracking)

    async def update(self, tracking: Tracking) -> None:
        await self._rows.update(tracking, tracking.enrollment_id)

    async def get(self, enrollment_id: UUID, activity_id: UUID) -> Track | None:
        tracking = await self.tracking(enrollment_id)
        return None if tracking is None else (await self._tracks([tracking], {activity_id}))[0]

    async def of_learner(
        self, learner_id: UUID, courses: Collection[UUID], activities: Collection[UUID]
    ) -> dict[UUID, Track]:
        rows = await self._session.scalars(
            select(TrackingRow)
            .where(TrackingRow.learner_id == learner_id, TrackingRow.course_id.in_(courses))
            .order_by(TrackingRow.enrolled_at, TrackingRow.enrollment_id)
            .with_for_update()
        )
        latest = {row.course_id: _out(row, Tracking) for row in rows}
        return {t.tracking.course_id: t for t in await self._tracks(list(latest.values()), activities)}

    async def _tracks(self, trackings: Sequence[Tracking], activities: Collection[UUID]) -> list[Track]:
        """With what belongs to them: three queries, however many they are."""
        if not trackings:
            return []
        tracks = {t.enrollment_id: Track(tracking=t) for t in trackings}
        read, of_version = self._session.execute, CourseTopicRow.version == TrackingRow.course_version
        outlines = (
            select(TrackingRow.enrollment_id, CourseTopicRow)
            .join(CourseTopicRow, and_(CourseTopicRow.course_id == TrackingRow.course_id, of_version))
            .where(TrackingRow.enrollment_id.in_(tracks))
        )
        for enrollment_id, row in await read(outlines):
            tracks[enrollment_id].outline[row.topic_id] = _out(row, Topic)
        topics = select(TopicProgressRow).where(TopicProgressRow.enrollment_id.in_(tracks))
        for (row,) in await read(topics):
            tracks[row.enrollment_id].topics[row.topic_id] = _out(row, TopicProgress)
        counted = select(CountedActivityRow.enrollment_id, CountedActivityRow.activity_id).where(
            CountedActivityRow.enrollment_id.in_(tracks), CountedActivityRow.activity_id.in_(activities)
        )
        for enrollment_id, activity_id in await read(counted):
            tracks[enrollment_id].counted.add(activity_id)
        return list(tracks.values())

    async def save(self, track: Track) -> None:
        enrollment_id, write = track.tracking.enrollment_id, self._session.execute
        await self.update(track.tracking)
        if track.opened:
            await write(insert(TopicProgressRow), [asdict(track.topics[id]) for id in track.opened])
        if track.touched:
            await write(update(TopicProgressRow), [asdict(track.topics[id]) for id in track.touched])
        counted = [{"enrollment_id": enrollment_id, "activity_id": id} for id in track.fresh]
        await write(insert(CountedActivityRow), counted)


def _out(row: Any, kind: type[T]) -> T:
    return kind(**{f.name: getattr(row, f.name) for f in fields(kind)})  # type: ignore[arg-type]
