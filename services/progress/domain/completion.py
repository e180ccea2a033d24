"""When a course counts as completed: the rule, by its version.

Rule 1: `percent = floor(100 × completed required topics / required topics)`; the course is completed when every
required topic is, at the moment when the last of them was recorded. A course that requires nothing cannot be completed:
it stays at 0 percent, though time and positions are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

RULE_VERSION = 1
RULE = (
    "percent = floor(100 * completed required topics / required topics); completed when all required topics are; "
    "a course without required topics stays at 0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the rule makes of the completed topics."""

    percent: int
    completed_topics: int
    required_topics: int
    completed_at: datetime | None

    @property
    def arithmetic(self) -> str:
        """The sum as a person would write it down."""
        if not self.required_topics:
            return "nothing is required: 0"
        return f"floor(100 * {self.completed_topics} / {self.required_topics}) = {self.percent}"


def standing(required: Collection[UUID], completed: Mapping[UUID, datetime]) -> Standing:
    """Rule 1. `completed`: topics, with the moment at which their first completion was recorded."""
    done = [at for topic_id, at in completed.items() if topic_id in required]
    whole = len(required)
    return Standing(
        percent=100 * len(done) // whole if whole else 0,
        completed_topics=len(done),
        required_topics=whole,
        completed_at=max(done) if whole and len(done) == whole else None,
    )
