"""Durable jobs: what is to be done later, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

import msgspec


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a job needs to know. `@job` gives it its permanent name; `UnitOfWork.enqueue` puts it into the queue.

    A job runs at least once, after its transaction has committed, with no transaction open. Its id is the idempotency
    key for whatever it asks of others; its result is written in a transaction of its own, exactly once.
    """

    name: ClassVar[str]


J = TypeVar("J", bound=Job)


def job(name: str) -> Callable[[type[J]], type[J]]:
    """Name a job for ever: `@job("notification.deliver")`."""

    def mark(cls: type[J]) -> type[J]:
        cls.name = name
        return cls

    return mark


class JobRun(msgspec.Struct, frozen=True):
    """One run of a job, handed to its use case beside the job itself."""

    id: str
    """Stays the same over all attempts: the idempotency key for providers."""
    attempt: int
    """1 for the first."""
    last: bool
    """No further attempt will follow. A job that raises now is dead: it waits for an operator to let it run again.

    Record an end only where somebody waits for one and can go on from it.
    """
