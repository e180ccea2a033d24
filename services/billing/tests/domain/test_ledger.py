"""The laws of the books."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.money import Money
from lms_core.testing.fakes import MORNING, fake_id
from services.billing.domain.ledger import COURSE_SALES, PROVIDER, Entry, Posting, Unbalanced, sale

amounts = st.integers(1, 10**12)


def entry(*postings: Posting) -> Entry:
    return Entry(id=fake_id(1), payment_id=fake_id(2), kind="test", posted_at=MORNING, postings=postings)


@given(amounts)
def test_a_sale_balances(amount: int) -> None:
    booked = sale(id=fake_id(1), payment_id=fake_id(2), money=Money(amount, "EUR"), at=MORNING)
    assert sum(p.amount for p in booked.postings) == 0
    assert {p.account: p.amount for p in booked.postings} == {PROVIDER: amount, COURSE_SALES: -amount}


@given(st.lists(st.tuples(st.sampled_from(["EUR", "USD"]), st.integers(-1000, 1000)), max_size=6))
def test_an_entry_exists_exactly_when_each_currency_sums_to_zero(lines: list[tuple[str, int]]) -> None:
    postings = [Posting(account=f"a{n}", amount=amount, currency=cur) for n, (cur, amount) in enumerate(lines)]
    totals = {currency: sum(a for c, a in lines if c == currency) for currency in ("EUR", "USD")}
    sound = len(lines) >= 2 and all(amount for _, amount in lines) and not any(totals.values())
    if sound:
        assert entry(*postings).postings == tuple(postings)
    else:
        with pytest.raises(Unbalanced):
            entry(*postings)
