"""What must be completed before a course is begun. The courses and their prerequisites are a graph without cycles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from lms_core.domain.errors import Conflict, Invalid

MAX_PREREQUISITES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCourse:
    """A course as people know it."""

    course_id: UUID
    title: str


class Cycle(TypedDict):
    cycle: list[NamedCourse]
    """The way round, from the course back to itself."""


class PrerequisiteCycle(Conflict, code="course/prerequisite-cycle", tells=Cycle):
    """A course cannot need itself, not even by way of others."""


class Missing(TypedDict):
    missing: list[NamedCourse]
    """What must be completed first, in the order that the course names it."""


class PrerequisitesMissing(Conflict, code="course/prerequisites-missing", tells=Missing):
    """Other courses must be completed first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """A course that is needed, and whether whoever asks has completed it."""

    course_id: UUID
    title: str
    completed: bool


@dataclass(slots=True, kw_only=True)
class Completion:
    """A learner has completed a course, as progress told."""

    learner_id: UUID
    course_id: UUID
    completed_at: datetime


Graph = Mapping[UUID, Sequence[NamedCourse]]
"""What each course needs."""


def chosen(ids: Sequence[UUID], published: Iterable[NamedCourse]) -> list[NamedCourse]:
    """The courses with these ids, in this order. Raises Invalid with a pointer to each that cannot be needed."""
    if len(ids) > MAX_PREREQUISITES:
        raise Invalid.at("#/course_ids", "at most {most} courses", most=MAX_PREREQUISITES)
    known = {course.course_id: course for course in published}
    faults = [
        {"pointer": f"#/course_ids/{i}", "detail": "is named twice" if id in ids[:i] else "is no published course"}
        for i, id in enumerate(ids)
        if id in ids[:i] or id not in known
    ]
    if faults:
        raise Invalid(errors=tuple(faults))
    return [known[id] for id in ids]


def refuse_cycles(course: NamedCourse, required: Sequence[NamedCourse], graph: Graph) -> None:
    """Raises PrerequisiteCycle with the shortest way round, when `course` needs `required` and the rest is as it is."""
    came_from: dict[UUID, NamedCourse] = {}
    waiting = [course]
    for here in waiting:
        for needed in required if here.course_id == course.course_id else graph.get(here.course_id, ()):
            if needed.course_id == course.course_id:
                raise PrerequisiteCycle(cycle=[*_way(here, came_from), needed])
            if needed.course_id not in came_from:
                came_from[needed.course_id] = here
                waiting.append(needed)


def _way(end: NamedCourse, came_from: Mapping[UUID, NamedCourse]) -> list[NamedCourse]:
    way = [end]
    while (before := came_from.get(way[-1].course_id)) is not None:
        way.append(before)
    return way[::-1]
