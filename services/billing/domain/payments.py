"""A payment for a place in a course: it is attempted until an attempt succeeds, and it succeeds at most once.

    open ──begin──▸ charging ──charged──▸ succeeded
      │               │  ▴
      └──no method──▸ failed ──begin (another method)

      open, charging, failed ──the place is given up──▸ closing ──nothing was charged──▸ cancelled
                                                           └──charged after all──▸ succeeded

An attempt has a number, and with it a key of its own at the provider: asking again under the same key charges nothing
twice. An attempt whose answer was never heard is *in doubt*; the next one begins by voiding its key.

The provider's word on an attempt comes as an answer or in a webhook, again and again and in any order: what weighs more
stays, so the end is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict, get_args
from uuid import UUID

from lms_core.domain.errors import Conflict
from lms_core.domain.money import Money
from services.billing.domain.methods import PaymentMethod

Status = Literal["open", "charging", "succeeded", "failed", "closing", "cancelled"]
Reason = Literal["declined", "no-method", "provider-unreachable", "price-unknown"]
Outcome = Literal["running", "in-doubt", "dropped", "declined", "charged"]
_WEIGHT = {outcome: weight for weight, outcome in enumerate(get_args(Outcome))}

GIVEN_UP: frozenset[Status] = frozenset({"closing", "cancelled"})
"""Nothing more is tried: what was not charged before will not be."""
FINAL: frozenset[Reason] = frozenset({"price-unknown"})
"""Failures that no other method cures."""


class Stands(TypedDict):
    stands: Status
    """The status it has."""


class NotDue(Conflict, code="billing/not-due", tells=Stands):
    """The payment is on its way, done, or cannot be made."""


@dataclass(frozen=True, slots=True)
class Charged:
    """The provider has the money."""

    reference: str
    """The provider's name for the charge."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider refused; the same method is not asked again."""

    detail: str
    """The provider's word for why."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """The provider could not be reached to the end of patience: it may have charged, or not."""


Answer = Charged | Declined | Unheard


def attempt_key(payment_id: UUID, number: int) -> str:
    """The idempotency key of an attempt at the provider: never another one for this attempt."""
    return f"{payment_id}/{number}"


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One try to charge one method."""

    payment_id: UUID
    number: int
    """1, 2, 3, …"""
    method_id: UUID
    token: str
    outcome: Outcome
    detail: str
    """What the provider said: its reference, or why not."""
    began_at: datetime
    ended_at: datetime | None = None

    @property
    def key(self) -> str:
        """See `attempt_key`."""
        return attempt_key(self.payment_id, self.number)

    def hear(self, answer: Answer, at: datetime) -> bool:
        """Keep what the provider says. False when as much or more was known."""
        outcome, detail = _said(answer)
        if _WEIGHT[outcome] <= _WEIGHT[self.outcome]:
            return False
        self.outcome, self.detail, self.ended_at = outcome, detail, at
        return True

    def drop(self, at: datetime) -> None:
        """It is not asked for any more: an earlier one turns out to have been charged, or nothing is owed."""
        self.outcome, self.ended_at = "dropped", at


def _said(answer: Answer) -> tuple[Outcome, str]:
    match answer:
        case Charged(reference):
            return "charged", reference
        case Declined(detail):
            return "declined", detail
        case Unheard():
            return "in-doubt", ""


@dataclass(slots=True, kw_only=True)
class Payment:
    """What a learner owes for an enrollment, and how far it has come."""

    id: UUID
    enrollment_id: UUID
    course_id: UUID
    course_title: str
    learner_id: UUID
    price_id: UUID
    amount: int
    """Minor units, as agreed in the enrollment."""
    currency: str
    status: Status
    reason: Reason | None
    """Why it failed; None when it has not."""
    attempts: int
    opened_at: datetime
    settled_at: datetime | None
    """When it succeeded, failed or was cancelled."""
    version: int = 1

    @property
    def money(self) -> Money:
        """What is owed."""
        return Money(self.amount, self.currency)

    @property
    def retryable(self) -> bool:
        """Failed, but another method may cure it."""
        return self.status == "failed" and self.reason not in FINAL

    @property
    def given_up(self) -> bool:
        """See `GIVEN_UP`."""
        return self.status in GIVEN_UP

    def begin(self, method: PaymentMethod, at: datetime) -> Attempt:
        """The next attempt. Raises NotDue while one runs, after one has succeeded, and when none can succeed."""
        if self.status != "open" and not self.retryable:
            raise NotDue(stands=self.status)
        self.status, self.reason, self.settled_at = "charging", None, None
        self.attempts += 1
        return Attempt(
            payment_id=self.id,
            number=self.attempts,
            method_id=method.id,
            token=method.token,
            outcome="running",
            detail="",
            began_at=at,
        )

    def succeed(self, at: datetime) -> None:
        """An attempt was charged. Raises NotDue when one was before, or when it was certain that none would be."""
        if self.status in ("succeeded", "cancelled"):
            raise NotDue(stands=self.status)
        self.status, self.reason, self.settled_at = "succeeded", None, at

    def fail(self, reason: Reason, at: datetime) -> None:
        """It could not be paid. Raises NotDue when it has been, or need not be."""
        if self.status == "succeeded" or self.given_up:
            raise NotDue(stands=self.status)
        self.status, self.reason, self.settled_at = "failed", reason, at

    def close(self) -> bool:
        """The place was given up: no attempt begins any more. False when that is so already, or it has succeeded."""
        if self.status == "succeeded" or self.given_up:
            return False
        self.status, self.reason, self.settled_at = "closing", None, None
        return True

    def cancel(self, at: datetime) -> None:
        """None of its attempts was charged, or can be any more. Raises NotDue unless it is closing."""
        if self.status != "closing":
            raise NotDue(stands=self.status)
        self.status, self.settled_at = "cancelled", at
