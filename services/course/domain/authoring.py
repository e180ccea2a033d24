"""A course: what it is called, whose it is, and how many may take it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Literal
from uuid import UUID

from lms_core.domain.errors import Findings, Invalid
from lms_core.domain.text import shows
from lms_core.domain.time import moment_after
from lms_core.domain.versions import Versioned

MAX_TITLE, MAX_SUMMARY, MAX_CAPACITY = 200, 5000, 1_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

CourseStatus = Literal["draft", "published"]


def normal_title(raw: str, pointer: str = "#/title") -> str:
    """One line with single spaces. Raises Invalid at the pointer."""
    title = " ".join(raw.split())
    if len(title) > MAX_TITLE or not shows(title) or _CONTROL.search(title):
        raise Invalid.at(pointer, "must be 1 to {most} characters without control characters", most=MAX_TITLE)
    return title


def normal_summary(raw: str) -> str:
    """Several lines are fine. Raises Invalid at #/summary."""
    summary = raw.replace("\r\n", "\n").strip()
    if len(summary) > MAX_SUMMARY or _CONTROL_IN_TEXT.search(summary):
        raise Invalid.at("#/summary", "must be at most {most} characters without control characters", most=MAX_SUMMARY)
    return summary


def possible_capacity(capacity: int | None) -> int | None:
    """None is unlimited; zero takes nobody. Raises Invalid at #/capacity."""
    if capacity is not None and not 0 <= capacity <= MAX_CAPACITY:
        raise Invalid.at("#/capacity", "must be 0 to {most}, or null for no limit", most=MAX_CAPACITY)
    return capacity


@dataclass(slots=True, kw_only=True)
class Course(Versioned):
    """A course as its author edits it. Titles and places hold for the course, content for each published version."""

    id: UUID
    instructor_id: UUID
    title: str
    summary: str
    created_at: datetime
    updated_at: datetime
    capacity: int | None = None
    """How many places there are; None is unlimited. A lower one than places taken ends nobody's enrollment."""
    published_version: int | None = None
    """The newest published version; None for a draft."""
    version: int = 1
    """Grows with each change of the course itself: its entity tag."""

    def edit(
        self, *, version: int, title: str | None, summary: str | None, capacity: int | EllipsisType | None, at: datetime
    ) -> bool:
        """Change what is given, `...` is no capacity given; whether anything became different.

        Raises Invalid with a pointer to what is wrong, or Stale unless the change is made from this version.
        """
        found = Findings()
        name = self.title if title is None else found.of(normal_title, title)
        text = self.summary if summary is None else found.of(normal_summary, summary)
        places = self.capacity if isinstance(capacity, EllipsisType) else found.of(possible_capacity, capacity)
        found.end()
        self.read_as(version)
        if (name, text, places) == (self.title, self.summary, self.capacity):
            return False
        self.title, self.summary, self.capacity, self.updated_at = name, text, places, at
        return True

    def touch(self, at: datetime) -> None:
        """Something that belongs to it has changed: so does the entity tag, even within a millisecond."""
        self.updated_at = moment_after(self.updated_at, at)


def new_course(*, id: UUID, instructor_id: UUID, title: str, summary: str, at: datetime) -> Course:
    """A draft. Raises Invalid with a pointer to what is wrong."""
    found = Findings()
    name, text = found.of(normal_title, title), found.of(normal_summary, summary)
    found.end()
    return Course(id=id, instructor_id=instructor_id, title=name, summary=text, created_at=at, updated_at=at)
