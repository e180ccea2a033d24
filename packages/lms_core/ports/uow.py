"""The unit of work: the transaction, and the only way to publish or to defer."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from lms_core.domain.events import Event
from lms_core.ports.jobs import Job


class UnitOfWork(Protocol):
    """`async with self.uow:` begins a transaction, and commits it at the end of the block or rolls it back on an error.

    It is entered exactly once per request, event or job. What is recorded and enqueued inside becomes true with the
    rest of the transaction or not at all. A job is done in its own unit of work before others are enqueued there: it
    may enqueue its own successor under its own key.
    """

    async def __aenter__(self) -> Self:
        """Begin. Raises RuntimeError on a second entry."""

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Commit, or roll back when the block raised. Raises Conflict when a rival changed the same rows.

        Within a larger transaction, such as a worker's, that one commits; when the block was rolled back it cannot.
        """

    def record(self, event: Event) -> None:
        """Publish an event with this transaction. Events of one key keep the order of their transactions."""

    def enqueue(self, job: Job, *, key: str | None = None, at: datetime | None = None) -> None:
        """Defer a job to after this transaction, or to `at`, in real time, whatever the time in the trace.

        With a key, one open job of that name and key exists at a time: a second enqueue changes nothing.
        """

    def answer(self, id: UUID) -> None:
        """Name the result, so that a repeated request with the same Idempotency-Key is answered from it."""

    def audit(self, action: str, subject: str, **facts: object) -> None:
        """Write down who did what to whom, in this transaction. Facts must not hold secrets."""


class RolledBack(Exception):
    """A transaction cannot be committed: a unit of work within it was rolled back."""
