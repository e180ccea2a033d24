"""The books, kept by double entry: what leaves one account arrives in another, so every entry sums to zero.

Debits are positive, credits negative.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from lms_core.domain.money import Money

PROVIDER: Final = "assets:provider"
"""What the payment provider has collected and owes us."""
COURSE_SALES: Final = "revenue:courses"
"""What we have earned with courses."""


class Unbalanced(ValueError):
    """The postings of an entry do not sum to zero: a fault of ours, never of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One line: so much into (positive) or out of (negative) an account."""

    account: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Postings that belong together. Cannot be made unbalanced."""

    id: UUID
    payment_id: UUID
    kind: str
    """A word for what happened: `sale`."""
    posted_at: datetime
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if len(self.postings) < 2:
            raise Unbalanced("an entry has at least two postings")
        totals: dict[str, int] = defaultdict(int)
        for posting in self.postings:
            if posting.amount == 0:
                raise Unbalanced("a posting moves something")
            totals[posting.currency] += posting.amount
        if any(totals.values()):
            raise Unbalanced(f"the postings sum to {dict(totals)}")


def debit(account: str, money: Money) -> Posting:
    """Into the account."""
    return Posting(account=account, amount=money.amount, currency=money.currency)


def credit(account: str, money: Money) -> Posting:
    """Out of the account."""
    return debit(account, -money)


def sale(*, id: UUID, payment_id: UUID, money: Money, at: datetime) -> Entry:
    """A course was paid for: the provider owes us, and we have earned."""
    postings = (debit(PROVIDER, money), credit(COURSE_SALES, money))
    return Entry(id=id, payment_id=payment_id, kind="sale", posted_at=at, postings=postings)
