"""Prices, and the copy of a course."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from lms_core.domain.money import Money
from lms_core.testing.fakes import MORNING, fake_id
from services.billing.domain.catalog import MAX_AMOUNT, Course, Price, new_price


def price(amount: int = 4900, *, previous: Price | None = None, minutes: int = 0) -> Price:
    return new_price(
        id=fake_id(1),
        course_id=fake_id(2),
        money=Money(amount, "EUR"),
        set_by=fake_id(3),
        at=MORNING + timedelta(minutes=minutes),
        previous=previous,
    )


@pytest.mark.parametrize("amount", [-1, MAX_AMOUNT + 1])
def test_a_price_is_not_negative_and_sane(amount: int) -> None:
    with pytest.raises(Invalid):
        price(amount)
    assert price(0).money == Money(0, "EUR")


@pytest.mark.parametrize("currency", ["ZZZ", "XXX", "XTS", "DEM", "eur", "EU", ""])
def test_money_is_in_a_currency_that_there_is(currency: str) -> None:
    with pytest.raises(Invalid):
        Money(1, currency)
    assert [Money(1, there).currency for there in ("EUR", "JPY", "KWD", "CHF", "ZWG")]


@given(st.lists(st.integers(-60, 60), min_size=1, max_size=20))
def test_prices_follow_each_other_in_time_whatever_the_clock_says(clock: list[int]) -> None:
    previous: Price | None = None
    for minutes in clock:
        following = price(previous=previous, minutes=minutes)
        assert previous is None or following.set_at > previous.set_at
        previous = following


def test_a_price_agrees_with_itself_alone() -> None:
    mine = price()
    assert mine.money == Money(4900, "EUR")
    assert mine.agrees(course_id=fake_id(2), amount=4900, currency="EUR")
    assert not mine.agrees(course_id=fake_id(9), amount=4900, currency="EUR")
    assert not mine.agrees(course_id=fake_id(2), amount=4901, currency="EUR")
    assert not mine.agrees(course_id=fake_id(2), amount=4900, currency="USD")


@given(st.permutations(range(1, 6)))
def test_the_latest_version_of_a_course_counts_in_whatever_order_they_come(versions: list[int]) -> None:
    course = Course(id=fake_id(1), title="v0", instructor_id=fake_id(2), course_version=0)
    for version in versions:
        course.learn(title=f"v{version}", instructor_id=fake_id(version), course_version=version)
    assert (course.title, course.instructor_id, course.course_version) == ("v5", fake_id(5), 5)
    assert not course.learn(title="v5", instructor_id=fake_id(5), course_version=5), "it was known"
