"""Progress as it is shown, in one query: a row for each topic of the version, with the learner's part of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_core.domain.selection import Selection
from services.progress.adapters.sql.tracking import CourseTopicRow, CourseVersionRow, TopicProgressRow, TrackingRow
from services.progress.domain.tracking import NotTracked
from services.progress.ports.completion import CourseProgress, Standing, Standings, TopicStanding

_version, _topic, _done = aliased(CourseVersionRow), aliased(CourseTopicRow), aliased(TopicProgressRow)
_LATEST = (
    select(TrackingRow.enrollment_id)
    .where(TrackingRow.learner_id == bindparam("learner_id"), TrackingRow.course_id == bindparam("course_id"))
    .order_by(TrackingRow.enrolled_at.desc(), TrackingRow.enrollment_id.desc())
    .limit(1)
    .scalar_subquery()
)
_STANDING = select(
    TrackingRow.enrollment_id,
    TrackingRow.course_id,
    TrackingRow.course_version,
    _version.title,
    _version.published_at,
    TrackingRow.enrolled_at,
    TrackingRow.status,
    TrackingRow.percent,
    TrackingRow.completed_topics,
    TrackingRow.required_topics,
    TrackingRow.seconds,
    TrackingRow.rule_version,
    TrackingRow.completed_at,
).join(_version, and_(_version.course_id == TrackingRow.course_id, _version.version == TrackingRow.course_version))
_SOME = Listing(_STANDING.where(TrackingRow.learner_id == bindparam("me")), Standing, id="enrollment_id")
_OF = Query(
    _STANDING.add_columns(
        _topic.topic_id,
        _topic.title.label("topic_title"),
        _topic.required,
        _done.seconds.label("topic_seconds"),
        _done.position,
        _done.last_at,
        _done.completed_at.label("topic_completed_at"),
    )
    .outerjoin(_topic, and_(_topic.course_id == _version.course_id, _topic.version == _version.version))
    .outerjoin(_done, and_(_done.enrollment_id == TrackingRow.enrollment_id, _done.topic_id == _topic.topic_id))
    .where(TrackingRow.enrollment_id == _LATEST)
    .order_by(_topic.place),
    dict[str, Any],
)
_SHARED = tuple(Standing.__dataclass_fields__)


class SqlStandings(Standings):
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of(self, learner_id: UUID, course_id: UUID) -> CourseProgress:
        rows = await self._reader.all(_OF, learner_id=learner_id, course_id=course_id)
        if not rows:
            raise NotTracked
        topics = tuple(_standing(row) for row in rows if row["topic_id"] is not None)
        return CourseProgress(**{name: rows[0][name] for name in _SHARED}, topics=topics)

    async def some(self, learner_id: UUID, selection: Selection) -> list[Standing]:
        return await _SOME.some(self._reader, selection, me=learner_id)


def _standing(row: dict[str, Any]) -> TopicStanding:
    return TopicStanding(
        topic_id=row["topic_id"],
        title=row["topic_title"],
        required=row["required"],
        seconds=row["topic_seconds"] or 0,
        position=row["position"] or 0,
        last_at=row["last_at"],
        completed_at=row["topic_completed_at"],
    )
