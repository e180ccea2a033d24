"""What a course adds up to, kept so that the order in which events arrive does not matter.

Each enrollment has a *standing* that keeps the newest fact of each kind. A standing's *share* is what it adds to its
course. When an event changes a standing, the course moves from the old share to the new one: two rows, however many
events lie beneath.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from lms_core.domain.errors import NotYet
from lms_core.domain.money import Money

Status = Literal["pending", "suspended", "active", "cancelled"]
_COUNTS: Final = ("enrolled", "active", "pending", "suspended", "completed", "percents", "seconds")


class CourseUnknown(NotYet, code="analytics/not-yet"):
    """The course's publication has not arrived here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one enrollment adds to its course."""

    enrolled: int = 0
    active: int = 0
    pending: int = 0
    suspended: int = 0
    completed: int = 0
    percents: int = 0
    seconds: int = 0
    revenue: tuple[Money, ...] = ()


@dataclass(slots=True, kw_only=True)
class Standing:
    """What is known of one enrollment."""

    id: UUID
    """The enrollment's."""
    course_id: UUID
    status: Status | None = None
    """None until the enrollment itself has arrived."""
    status_version: int = 0
    """The version of the enrollment that has this status."""
    percent: int = 0
    seconds: int = 0
    progress_at: datetime | None = None
    completed: bool = False
    payments: dict[UUID, Money] = field(default_factory=dict)
    """By payment. Replaced when one is added, never changed in place."""

    def place(self, status: Status, version: int) -> None:
        """The place was taken, opened, closed or given up: the enrollment's newest version counts."""
        if version > self.status_version:
            self.status, self.status_version = status, version

    def progress(self, percent: int, seconds: int, at: datetime) -> None:
        """Cumulative progress: the newest counts, of two in the same millisecond the one further on."""
        if self.progress_at is None or (at, seconds, percent) > (self.progress_at, self.seconds, self.percent):
            self.percent, self.seconds, self.progress_at = percent, seconds, at

    def complete(self) -> None:
        """The course was completed: once and for all."""
        self.completed = True

    def pay(self, payment_id: UUID, money: Money) -> None:
        """A payment counts once."""
        self.payments = {**self.payments, payment_id: money}

    def share(self) -> Share:
        """Money counts at once; progress that overtook its enrollment waits here until that has arrived.

        A place that was given up adds nothing but what was paid.
        """
        revenue = tuple(self.payments.values())
        if self.status in (None, "cancelled"):
            return Share(revenue=revenue)
        return Share(
            enrolled=1,
            active=self.status == "active",
            pending=self.status == "pending",
            suspended=self.status == "suspended",
            completed=self.completed,
            percents=self.percent,
            seconds=self.seconds,
            revenue=revenue,
        )


@dataclass(slots=True, kw_only=True)
class Course:
    """The sum of its enrollments' shares, and what its newest publication says."""

    id: UUID
    edition: int = 0
    """The newest version that was published; 0 when no publication has arrived."""
    title: str = ""
    instructor_id: UUID | None = None
    enrolled: int = 0
    active: int = 0
    pending: int = 0
    suspended: int = 0
    completed: int = 0
    percents: int = 0
    """The sum of percentages."""
    seconds: int = 0
    revenue: dict[str, int] = field(default_factory=dict)
    """Minor units by currency. Replaced, never changed in place."""
    events: int = 0
    as_of: datetime | None = None

    def publish(self, *, edition: int, title: str, instructor_id: UUID) -> None:
        """A version was published; the newest says whose the course is."""
        if edition > self.edition:
            self.edition, self.title, self.instructor_id = edition, title, instructor_id

    def move(self, before: Share, after: Share) -> None:
        """An enrollment's share has changed."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(after, name) - getattr(before, name))
        revenue = dict(self.revenue)
        for sign, share in ((-1, before), (1, after)):
            for money in share.revenue:
                revenue[money.currency] = revenue.get(money.currency, 0) + sign * money.amount
        self.revenue = revenue

    def count(self, at: datetime) -> None:
        """One more event, and when it happened."""
        self.events += 1
        self.as_of = at if self.as_of is None else max(self.as_of, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Whether everything that was received is counted."""

    waiting_since: datetime | None = None
    """Since when the oldest event waits that is not counted yet; None when all are."""
    behind_seconds: int = 0
    """How long that is."""


def freshness(waiting_since: datetime | None, now: datetime) -> Freshness:
    """As seen from `now`."""
    if waiting_since is None:
        return Freshness()
    behind = max(now - waiting_since, timedelta())
    return Freshness(waiting_since=waiting_since, behind_seconds=int(behind.total_seconds()))
