"""The live inbox: one channel per person, followed from a few places at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

from lms_core.domain.errors import Most, TooMany

_TRY_AGAIN = timedelta(seconds=10)


class TooManyStreams(TooMany, code="notification/too-many-streams", tells=Most):
    """You follow your inbox from as many places as you may."""


def channel_of(recipient_id: UUID) -> str:
    """Where hints about a person's inbox are broadcast. A hint says "look again" and nothing else."""
    return f"notification.inbox.{recipient_id}"


class Places:
    """Where people follow their inboxes, in this process."""

    def __init__(self, most: int) -> None:
        """`most`: of one person; 0 is no limit."""
        self._most = most
        self._taken: Counter[UUID] = Counter()

    def take(self, person: UUID) -> Place:
        """One more, until it is left. Raises TooManyStreams."""
        if self._most and self._taken[person] >= self._most:
            raise TooManyStreams("at most {most} at once", most=self._most, after=_TRY_AGAIN)
        return Place(self._taken, person)


class Place:
    """A place is left once, at the latest when nobody has it any more: a stream may end before it began."""

    def __init__(self, taken: Counter[UUID], person: UUID) -> None:
        self._taken = taken
        self._person: UUID | None = person
        taken[person] += 1

    def __enter__(self) -> None:
        """It is left at the end."""

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Make room."""
        person, self._person = self._person, None
        if person is not None:
            self._taken[person] -= 1
            if not self._taken[person]:
                del self._taken[person]

    def __del__(self) -> None:
        self.leave()
