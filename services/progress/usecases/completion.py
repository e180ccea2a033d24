"""How far somebody has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.domain.selection import Selection
from lms_core.security.principal import Principal
from services.progress.domain.tracking import NotTracked
from services.progress.ports.completion import CourseProgress, Standing, Standings


@dataclass(frozen=True, slots=True)
class ShowProgress:
    """Your progress in a course, topic by topic.

    It is tracked from the enrollment on, for the version you enrolled in. Until the enrollment has arrived here the
    answer is 404 `progress/not-yet` with Retry-After, and so it is for a course that you have no place in: progress
    cannot tell the two apart, so give up after a few tries. `percent` is rounded down and is 100 only when everything
    required is complete; a course that requires nothing stays at 0.
    """

    raises: ClassVar = (NotTracked,)

    standings: Standings

    async def __call__(self, me: Principal, course_id: UUID) -> CourseProgress:
        return await self.standings.of(me.id, course_id)


@dataclass(frozen=True, slots=True)
class ListProgress:
    """How far you are in your courses, the one you enrolled in last first.

    Without the topics. For several courses name them all: `course_id=…&course_id=…`; those you have no place in, or
    whose enrollment has not arrived yet, are not in the answer. `completed_at.null=true` lists what is to be done.
    """

    raises: ClassVar = ()

    standings: Standings

    async def __call__(self, me: Principal, wanted: Selection) -> list[Standing]:
        return await self.standings.some(me.id, wanted)


USE_CASES = (ShowProgress, ListProgress)
