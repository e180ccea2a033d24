"""Who is counted where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.testing.fakes import FakeClock
from services.auth.domain.lockout import Patience, TooManyAttempts
from services.auth.tests.usecases.fakes import FakeTallies
from services.auth.usecases.lockout import CountAttempt, LockoutPolicy

MINUTE = timedelta(minutes=1)
POLICY = LockoutPolicy(
    account=Patience(free=3, longest=15 * MINUTE, forgiven=15 * MINUTE),
    address=Patience(free=5, longest=MINUTE, forgiven=MINUTE / 12),
)
ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def count() -> CountAttempt:
    return CountAttempt(FakeTallies(), POLICY, FakeClock())


async def test_an_account_counts_over_all_addresses(count: CountAttempt) -> None:
    for n in range(3):
        await count(ADA, f"192.0.2.{n}", familiar=False)
    with pytest.raises(TooManyAttempts) as refused:
        await count(ADA, "192.0.2.9", familiar=False)
    assert refused.value.after == timedelta(seconds=1)
    await count(BOB, "192.0.2.9", familiar=False)


async def test_a_known_place_counts_for_itself(count: CountAttempt) -> None:
    for n in range(3):
        await count(ADA, f"192.0.2.{n}", familiar=False)
    for _ in range(3):
        await count(ADA, "198.51.100.1", familiar=True)
    with pytest.raises(TooManyAttempts):
        await count(ADA, "198.51.100.1", familiar=True)


async def test_an_address_counts_over_all_accounts_and_an_ipv6_subscriber_is_one(count: CountAttempt) -> None:
    for n in range(5):
        await count(f"somebody.{n}@example.org", f"2001:db8::{n + 1}", familiar=False)
    with pytest.raises(TooManyAttempts):
        await count(ADA, "2001:db8::ffff", familiar=False)
    await count(ADA, "2001:db8:0:1::1", familiar=False)


async def test_what_is_refused_is_not_counted(count: CountAttempt) -> None:
    for _ in range(3):
        await count(ADA, "192.0.2.1", familiar=False)
    for _ in range(50):
        with pytest.raises(TooManyAttempts) as refused:
            await count(ADA, "192.0.2.1", familiar=False)
        assert refused.value.after == timedelta(seconds=1)
