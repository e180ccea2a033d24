"""What courses need, and who has completed what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from services.course.domain.prerequisites import Completion, Graph, NamedCourse, Prerequisite


class Prerequisites(Protocol):
    """Writes inside the unit of work, reads outside any transaction."""

    async def published(self, ids: Collection[UUID]) -> list[NamedCourse]:
        """Which of these courses are published; inside the unit of work."""

    async def graph(self, ids: Collection[UUID]) -> Graph:
        """What these courses need, and what that needs, all the way down.

        Inside the unit of work: no prerequisite of any course changes until the transaction ends.
        """

    async def replace(self, course_id: UUID, required: Sequence[UUID]) -> None:
        """All of them at once, in this order."""

    async def of(self, course_id: UUID, learner_id: UUID) -> list[Prerequisite]:
        """Read: what the course needs, and which of it the learner has completed."""


class Completions(Protocol):
    """Course's copy of who has completed what. Inside the unit of work."""

    async def of(self, learner_id: UUID, course_id: UUID) -> Completion | None:
        """None when the learner has not completed the course."""

    async def add(self, completion: Completion) -> None:
        """A learner's first completion of a course."""
