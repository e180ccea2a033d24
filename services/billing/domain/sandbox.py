"""The sandbox as a party of its own: what it was asked to charge, and the webhooks that it sends. For development."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from lms_core.domain.errors import Conflict
from lms_core.domain.money import Money

ChargeState = Literal["pending", "charged", "declined", "voided"]
Verdict = Literal["charged", "declined"]
WebhookState = Literal["held", "waiting", "delivered", "given-up"]
Order = Literal["oldest", "newest"]

SETTLES_AFTER: Final = timedelta(seconds=20)
"""Then a charge that the sandbox left unanswered comes through."""


class Settled(Conflict, code="billing/sandbox-settled"):
    """The charge is not pending any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWebhook:
    """A webhook of the sandbox."""

    id: str
    key: str
    """Of the charge that it speaks of."""
    traceparent: str
    """Of that charge."""
    event: str
    body: str
    state: WebhookState
    sends: int
    status: int | None
    """Of the last answer; None when there was none."""
    created_at: datetime
    sent_at: datetime | None

    def took(self, status: int | None) -> bool:
        """Whether an answer means that it arrived."""
        return status is not None and 200 <= status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCharge:
    """What the sandbox was asked to charge under an idempotency key."""

    key: str
    token: str
    amount: int
    currency: str
    outcome: ChargeState
    asked: int
    """How often; the first answer is the answer."""
    traceparent: str
    """Of the first time."""
    at: datetime

    @property
    def money(self) -> Money:
        """What it is about."""
        return Money(self.amount, self.currency)
