"""Collecting every event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from lms_core.contracts.auth import UserCreated
from lms_core.contracts.user import ProfileUpdated
from lms_core.domain.errors import Unavailable
from lms_core.domain.events import Envelope, Event, nulled
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.jobs import Job, JobRun, job
from lms_core.ports.uow import UnitOfWork
from services.analytics.ports.collection import ColumnStore, Staging

BATCH: Final = 1000
"""Events that are loaded together, at most."""
LINGER: Final = timedelta(seconds=1)
"""After a batch that was not full: a stream of events makes few batches, a single event does not wait."""
PATIENCE: Final = timedelta(minutes=1)
"""Between two series of attempts, while the store is away."""
PERSONAL: Final[tuple[type[Event], ...]] = (UserCreated, ProfileUpdated)
"""Contracts with fields about a person: named, so that this service knows them when it is alone in its process."""
_KEY: Final = "load"


@job("analytics.load")
class Load(Job, frozen=True, kw_only=True):
    """Bring what is staged into the columnar store."""


@dataclass(frozen=True, slots=True)
class CollectEvent:
    """Put an event of any service where the next batch will find it.

    What its contract marks as personal is left out: no figure needs it, and the store forgets nothing.
    """

    raises: ClassVar = ()

    staging: Staging
    uow: UnitOfWork

    async def __call__(self, envelope: Envelope) -> None:
        async with self.uow:
            await self.staging.add(nulled(envelope))
            self.uow.enqueue(Load(), key=_KEY)


@dataclass(frozen=True, slots=True)
class LoadStaged:
    """Load one batch, and make sure of the next.

    There is one open job at a time. While it runs, those who stage events cannot enqueue another; so it looks again in
    the transaction that finishes it, and puts its successor into the queue when there is more.
    """

    raises: ClassVar = (Unavailable,)

    staging: Staging
    store: ColumnStore
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, job: Load, run: JobRun) -> None:
        batch = await self.staging.take(self.ids.new(), BATCH)
        pause = timedelta() if batch is not None and len(batch.events) == BATCH else LINGER
        if batch is not None:
            try:
                await self.store.insert(batch.id, batch.events)
            except Unavailable:
                if not run.last:
                    raise
                batch, pause = None, PATIENCE
        async with self.uow:
            if batch is not None:
                await self.staging.remove(batch.id)
            if await self.staging.waiting():
                self.uow.enqueue(Load(), key=_KEY, at=self.clock.now() + pause)


USE_CASES = (CollectEvent, LoadStaged)
