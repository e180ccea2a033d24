"""The log of activities, as a proof reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.progress.domain.proof import Logged, Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The counted events of an enrollment and what is shown, both of the same moment."""

    events: tuple[Logged, ...]
    shown: Shown


class ActivityLog(Protocol):
    """Read outside any transaction."""

    async def evidence(self, enrollment_id: UUID) -> Evidence:
        """In the order in which they were recorded. Raises NotTracked."""
