"""What a course costs. Those who agreed on a price keep it: a price never changes, a newer one follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Invalid
from lms_core.domain.money import Money
from lms_core.domain.time import moment_after

MAX_AMOUNT = 100_000_000_00
"""Minor units; beyond it somebody has mistyped."""


@dataclass(slots=True, kw_only=True)
class Course:
    """Billing's own copy of a course."""

    id: UUID
    title: str
    instructor_id: UUID
    course_version: int
    """The version that said so; 0 while it is a draft."""

    def learn(self, *, title: str, instructor_id: UUID, course_version: int) -> bool:
        """Take over what a version says; False when a later one has spoken already."""
        if course_version <= self.course_version:
            return False
        self.title, self.instructor_id, self.course_version = title, instructor_id, course_version
        return True


@dataclass(slots=True, kw_only=True)
class Price:
    """A one-off price for a place in a course. The price set last is the one that counts for new enrollments."""

    id: UUID
    course_id: UUID
    amount: int
    """Minor units; 0 when it is free from then on."""
    currency: str
    set_by: UUID
    set_at: datetime
    """Strictly after that of the price before."""

    @property
    def money(self) -> Money:
        """The amount in its currency."""
        return Money(self.amount, self.currency)

    def agrees(self, *, course_id: UUID, amount: int, currency: str) -> bool:
        """Whether somebody who agreed on this for that course agreed on this price."""
        return (self.course_id, self.amount, self.currency) == (course_id, amount, currency)


def new_price(*, id: UUID, course_id: UUID, money: Money, set_by: UUID, at: datetime, previous: Price | None) -> Price:
    """The course's next price. Raises Invalid at #/amount."""
    if not 0 <= money.amount <= MAX_AMOUNT:
        raise Invalid.at("#/amount", "must be 0 to {most} minor units", most=MAX_AMOUNT)
    if previous is not None:
        at = moment_after(previous.set_at, at)
    return Price(id=id, course_id=course_id, amount=money.amount, currency=money.currency, set_by=set_by, set_at=at)
