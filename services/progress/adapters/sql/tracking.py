"""The projection's tables: outlines, tracking, topics and what was counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    and_,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.repository import Repository
from services.progress.adapters.sql.base import Row
from services.progress.domain.tracking import Outline, Topic, TopicProgress, Track, Tracking
from services.progress.ports.tracking import Outlines, Tracks


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
        Index(None, "learner_id", "enrolled_at", "enrollment_id"),
    )

    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID]
    course_version: Mapped[int]
    learner_id: Mapped[UUID]
    enrolled_at: Mapped[datetime]
    status: Mapped[str]
    status_version: Mapped[int]
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
            topics=tuple(Topic(topic_id=t.topic_id, title=t.title, required=t.required) for t in topics),
        )


_TRACKING, _TOPICS, _COUNTED, _OUTLINE = (
    cast(Table, row.__table__) for row in (TrackingRow, TopicProgressRow, CountedActivityRow, CourseTopicRow)
)
_IDS: BindParameter[UUID] = bindparam("ids", expanding=True)
_ONE = select(*_TRACKING.c).where(_TRACKING.c.enrollment_id == bindparam("id")).with_for_update()
_OF_LEARNER = (
    select(*_TRACKING.c)
    .where(_TRACKING.c.learner_id == bindparam("learner_id"))
    .where(_TRACKING.c.course_id.in_(bindparam("courses", expanding=True)))
    .order_by(_TRACKING.c.enrolled_at, _TRACKING.c.enrollment_id)
    .with_for_update()
)
_OUTLINES = (
    select(_TRACKING.c.enrollment_id, _OUTLINE.c.topic_id, _OUTLINE.c.title, _OUTLINE.c.required)
    .join(
        _OUTLINE, and_(_OUTLINE.c.course_id == _TRACKING.c.course_id, _OUTLINE.c.version == _TRACKING.c.course_version)
    )
    .where(_TRACKING.c.enrollment_id.in_(_IDS))
)
_PROGRESS = select(*_TOPICS.c).where(_TOPICS.c.enrollment_id.in_(_IDS))
_KNOWN = select(*_COUNTED.c).where(
    _COUNTED.c.enrollment_id.in_(_IDS), _COUNTED.c.activity_id.in_(bindparam("activities", expanding=True))
)
_WRITE = update(_TRACKING).where(_TRACKING.c.enrollment_id == bindparam("id"))
_OPEN, _COUNT = insert(_TOPICS), insert(_COUNTED)
_TOUCH = update(_TOPICS).where(_TOPICS.c.enrollment_id == bindparam("id"), _TOPICS.c.topic_id == bindparam("of_topic"))


class SqlTracks(Tracks):
    """Statements are made once: counting an activity is what this service does all day."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def tracking(self, enrollment_id: UUID) -> Tracking | None:
        row = (await self._session.execute(_ONE, {"id": enrollment_id})).one_or_none()
        return None if row is None else Tracking(**row._mapping)

    async def add(self, tracking: Tracking) -> None:
        await Repository(self._session, TrackingRow, Tracking).add(tracking)

    async def update(self, tracking: Tracking) -> None:
        await self._session.execute(_WRITE, {"id": tracking.enrollment_id, **asdict(tracking)})

    async def get(self, enrollment_id: UUID, activity_id: UUID) -> Track | None:
        tracking = await self.tracking(enrollment_id)
        return None if tracking is None else (await self._tracks([tracking], [activity_id]))[0]

    async def of_learner(
        self, learner_id: UUID, courses: Collection[UUID], activities: Collection[UUID]
    ) -> dict[UUID, Track]:
        rows = await self._session.execute(_OF_LEARNER, {"learner_id": learner_id, "courses": list(courses)})
        latest = {row.course_id: Tracking(**row._mapping) for row in rows}
        return {t.tracking.course_id: t for t in await self._tracks(list(latest.values()), list(activities))}

    async def _tracks(self, trackings: Sequence[Tracking], activities: list[UUID]) -> list[Track]:
        """With what belongs to them: three queries, however many they are."""
        if not trackings:
            return []
        tracks, read = {t.enrollment_id: Track(tracking=t) for t in trackings}, self._session.execute
        ids = {"ids": list(tracks)}
        for enrollment_id, topic_id, title, required in await read(_OUTLINES, ids):
            tracks[enrollment_id].outline[topic_id] = Topic(topic_id=topic_id, title=title, required=required)
        for row in await read(_PROGRESS, ids):
            tracks[row.enrollment_id].topics[row.topic_id] = TopicProgress(**row._mapping)
        for enrollment_id, activity_id in await read(_KNOWN, {**ids, "activities": activities}):
            tracks[enrollment_id].counted.add(activity_id)
        return list(tracks.values())

    async def save(self, track: Track) -> None:
        id, write = track.tracking.enrollment_id, self._session.execute
        await self.update(track.tracking)
        if track.opened:
            await write(_OPEN, [asdict(track.topics[topic]) for topic in track.opened])
        if track.touched:
            touched = [{"id": id, "of_topic": topic, **asdict(track.topics[topic])} for topic in track.touched]
            await write(_TOUCH, touched)
        if track.fresh:
            await write(_COUNT, [{"enrollment_id": id, "activity_id": activity} for activity in track.fresh])
