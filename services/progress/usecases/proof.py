"""Explaining a percentage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.course import CoursePublished, UserEnrolled
from lms_core.security.principal import Principal
from services.progress.domain.proof import Ground, Proof, prove
from services.progress.domain.tracking import NotTracked, Topic
from services.progress.ports.completion import CourseProgress, Standings
from services.progress.ports.proof import ActivityLog


@dataclass(frozen=True, slots=True)
class ShowProof:
    """Why your percentage is what it is, so that you can work it out yourself.

    `events` names every event of the log that was counted, `grounds` the enrollment and the version of the course it
    rests on, `required` which event completed which topic, and `arithmetic` the sum. `result` is worked out from these
    for this answer; `shown` is what your progress says; `agrees` whether they are the same.
    """

    raises: ClassVar = (NotTracked,)

    standings: Standings
    log: ActivityLog

    async def __call__(self, me: Principal, course_id: UUID) -> Proof:
        progress = await self.standings.of(me.id, course_id)
        evidence = await self.log.evidence(progress.enrollment_id)
        return prove(
            enrollment_id=progress.enrollment_id,
            course_id=course_id,
            course_version=progress.course_version,
            topics=[Topic(topic_id=t.topic_id, title=t.title, required=t.required) for t in progress.topics],
            grounds=_grounds(progress),
            events=evidence.events,
            shown=evidence.shown,
        )


def _grounds(progress: CourseProgress) -> tuple[Ground, ...]:
    return (
        Ground(type=CoursePublished.type, subject=progress.course_id, time=progress.published_at),
        Ground(type=UserEnrolled.type, subject=progress.enrollment_id, time=progress.enrolled_at),
    )


USE_CASES = (ShowProof,)
