"""The kernel's ports in memory, for tests of use cases: no database, no clock, no chance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from lms_core.domain.events import Event
from lms_core.domain.ids import uuid7
from lms_core.ports.jobs import Job
from lms_core.security.principal import Principal

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
E = TypeVar("E", bound=Event)


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        """Let time pass (or, with a negative span, run backwards)."""
        self.time += by


class FakeIds:
    """UUIDv7s counted from one: `ids.new()` is foretold by `fake_id(n)`."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> UUID:
        self.count += 1
        return fake_id(self.count)


def fake_id(n: int) -> UUID:
    """The n-th id that FakeIds gives."""
    return uuid7(1_700_000_000_000, n.to_bytes(10))


class FakeUnitOfWork:
    """Keeps what was recorded, and whether it was committed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.jobs: list[tuple[Job, str | None, datetime | None]] = []
        self.audited: list[tuple[str, str]] = []
        self.answered: UUID | None = None
        self.committed = False
        self._open = False
        self._entered = False

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a unit of work is entered once")
        self._entered = self._open = True
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._open = False
        self.committed = exc is None
        if exc is not None:
            self.events.clear()
            self.jobs.clear()
            self.audited.clear()

    def record(self, event: Event) -> None:
        self._must_be_open()
        self.events.append(event)

    def enqueue(self, job: Job, *, key: str | None = None, at: datetime | None = None) -> None:
        self._must_be_open()
        self.jobs.append((job, key, at))

    def answer(self, id: UUID) -> None:
        self._must_be_open()
        self.answered = id

    def audit(self, action: str, subject: str, **facts: object) -> None:
        self._must_be_open()
        self.audited.append((action, subject))

    def only(self, kind: type[E]) -> E:
        """The one recorded event of this kind."""
        [event] = [e for e in self.events if isinstance(e, kind)]
        return event

    def _must_be_open(self) -> None:
        if not self._open:
            raise RuntimeError("this belongs inside `async with uow:`")


def principal(*roles: str, id: UUID | None = None) -> Principal:
    """A signed-in person with these roles (a learner if none is named)."""
    return Principal(id or fake_id(1), frozenset(roles or ("learner",)), fake_id(2), MORNING + timedelta(hours=1))
