"""Where events wait, and where they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from lms_core.domain.events import Envelope
from services.analytics.domain.collection import Batch, RawEvent


class Staging(Protocol):
    """Events on their way into the columnar store. A row leaves only when the store has it."""

    async def add(self, envelope: Envelope) -> None:
        """Inside the unit of work."""

    async def take(self, batch_id: UUID, limit: int) -> Batch | None:
        """The batch that is under way, or a new one of up to `limit` waiting events; None when nothing waits.

        A transaction of its own: which events a batch holds is settled before anything is done with it.
        """

    async def remove(self, batch_id: UUID) -> None:
        """The store has the batch. Inside the unit of work."""

    async def waiting(self) -> bool:
        """Whether an event waits, now that every transaction that is adding one has ended.

        Inside the unit of work, the last thing in it: none can add another until it ends. Whoever adds one after that
        finds this job finished, and their own takes its place.
        """

    async def oldest(self) -> datetime | None:
        """When the oldest waiting event happened. Read outside any transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """Events of one type on one day (UTC)."""

    day: date
    type: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the columnar store holds."""

    events: int
    """All of them."""
    as_of: datetime | None
    """Time of the newest event."""
    days: list[DayTotal]


class ColumnStore(Protocol):
    """Raw events for heavy questions, with aggregates that grow with them."""

    async def insert(self, batch_id: UUID, events: Sequence[RawEvent]) -> None:
        """All of the batch or nothing. The same batch id again changes nothing. Raises Unavailable."""

    async def totals(self, since: date) -> Totals:
        """Counts, day by day from `since` on and by type, in this order. Raises Unavailable."""

    async def close(self) -> None:
        """Let go of the store."""
