"""Outlines that authors work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from lms_core.domain.versions import Versioned
from services.course.domain.outline import Module, Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedOutline(Versioned):
    """An outline and whose it is, in one look."""

    course_id: UUID
    instructor_id: UUID
    published_version: int | None
    modules: tuple[Module[str], ...]
    version: int


class Outlines(Protocol):
    """Writes inside the unit of work, reads outside any transaction."""

    async def get(self, course_id: UUID) -> Outline:
        """Locked until the transaction ends. Raises NotFound."""

    async def add(self, outline: Outline) -> None:
        """A new course's empty outline."""

    async def update(self, outline: Outline) -> None:
        """Raises Conflict when a rival changed it."""

    async def look(self, course_id: UUID) -> OwnedOutline:
        """Read. Raises NotFound."""
