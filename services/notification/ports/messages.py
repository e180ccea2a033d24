"""Messages, kept and listed, and the titles of courses they speak of."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.notification.domain.messages import Course, Message


class Messages(Protocol):
    """Inside the unit of work."""

    async def told(self, once: str) -> bool:
        """Whether it was told before."""

    async def next_position(self, recipient_id: UUID) -> int:
        """The next place in an inbox, while its recipient is locked."""

    async def get(self, id: UUID) -> Message:
        """Locked until the transaction ends. Raises NotFound."""

    async def add(self, message: Message) -> None:
        """Raises Conflict when it was told on this channel before."""

    async def update(self, message: Message) -> None:
        """Raises NotFound when it is gone."""

    async def remove_of(self, recipient_id: UUID) -> list[UUID]:
        """All of a person's; which they were."""


class Inbox(Protocol):
    """In-app messages, read outside any transaction; safe to share between requests."""

    async def some(self, recipient_id: UUID, selection: Selection) -> list[Message]:
        """Of a person's inbox."""

    async def unread(self, recipient_id: UUID) -> int:
        """How many wait to be read."""

    async def after(self, recipient_id: UUID, position: int, *, limit: int) -> list[Message]:
        """The oldest first, of positions above `position`."""

    async def last_position(self, recipient_id: UUID) -> int:
        """Of the newest message; 0 when there is none."""

    async def position(self, recipient_id: UUID, message_id: UUID) -> int | None:
        """Of a message in this inbox; None when it is not there."""


class Courses(Protocol):
    """Inside the unit of work."""

    async def find(self, id: UUID, *, lock: bool = False) -> Course | None:
        """None when nothing is known of it; `lock` keeps rivals out until the transaction ends."""

    async def put(self, course: Course) -> None:
        """As it is now, new or known."""
