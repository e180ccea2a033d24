"""Places: who may have one, and what payments make of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.enrollment import (
    CourseFull,
    Enrollment,
    NotPublished,
    Offer,
    PlaceActive,
    PriceChanged,
    PriceRequired,
    suspend_reason,
)
from services.course.domain.pricing import Price

PRICE = Price(course_id=fake_id(1), price_id=fake_id(3), amount=1999, currency="EUR", set_at=MORNING)


def offer(**given: Any) -> Offer:
    known: dict[str, Any] = {"published_version": 2, "capacity": None, "taken": 0} | given
    return Offer(course_id=fake_id(1), instructor_id=fake_id(2), title="Engines", **known)


def enroll(course: Offer) -> Enrollment:
    """At the price that it has."""
    return course.enroll(fake_id(8), course.price.price_id if course.price else None, id=fake_id(9), at=MORNING)


def test_free_is_active_and_paid_is_pending() -> None:
    free, paid = enroll(offer()), enroll(offer(price=PRICE))
    assert (free.status, free.price_id, free.amount, free.currency, free.course_version) == (
        "active",
        None,
        None,
        None,
        2,
    )
    assert (paid.status, paid.price_id, paid.amount, paid.currency) == ("pending", PRICE.price_id, 1999, "EUR")


@pytest.mark.parametrize(
    ("why", "reason"),
    [("price-unknown", "payment-price-unknown"), ("declined", "payment-declined"), ("hexed", "payment-failed")],
)
def test_why_a_payment_failed_is_one_of_few_words(why: str, reason: str) -> None:
    assert suspend_reason(why) == reason


@given(st.sampled_from([None, PRICE]), st.sampled_from([None, PRICE.price_id, fake_id(4)]))
def test_nobody_owes_what_they_have_not_agreed_to(price: Price | None, agreed: UUID | None) -> None:
    course, current = offer(price=price), price and price.price_id
    if agreed == current:
        assert course.enroll(fake_id(8), agreed, id=fake_id(9), at=MORNING).price_id == agreed
        return
    with pytest.raises(PriceRequired if agreed is None else PriceChanged) as refused:
        course.enroll(fake_id(8), agreed, id=fake_id(9), at=MORNING)
    if agreed is not None:
        now = {"price_id": current, "amount": price and price.amount, "currency": price and price.currency}
        assert refused.value.facts == now


def test_a_draft_has_no_places() -> None:
    with pytest.raises(NotPublished):
        enroll(offer(published_version=None))


@given(capacity=st.integers(0, 20), taken=st.integers(0, 25))
def test_never_more_places_than_there_are(capacity: int, taken: int) -> None:
    course = offer(capacity=capacity, taken=taken)
    if taken < capacity:
        assert enroll(course).status == "active"
    else:
        with pytest.raises(CourseFull):
            enroll(course)


@given(st.lists(st.sampled_from(["ok", "declined", "no-method"]), max_size=8))
def test_payments_in_any_order_come_to_the_same(outcomes: list[str]) -> None:
    place = enroll(offer(price=PRICE))
    told = 0
    for outcome in outcomes:
        told += place.activate() if outcome == "ok" else place.suspend(suspend_reason(outcome))
    if "ok" in outcomes:
        assert (place.status, place.reason) == ("active", None)
    elif outcomes:
        assert (place.status, place.reason) == ("suspended", f"payment-{outcomes[-1]}")
    else:
        assert place.status == "pending"
    assert told <= len(outcomes)


def test_each_failure_is_told_and_a_success_once() -> None:
    place = enroll(offer(price=PRICE))
    assert [place.suspend("payment-declined"), place.suspend("payment-declined")] == [True, True]
    assert [place.activate(), place.activate(), place.suspend("payment-declined")] == [True, False, False]


@given(st.lists(st.sampled_from(["paid", "unpaid", "withdraw", "expire"]), max_size=10))
def test_what_is_paid_for_is_open_whatever_came_before_and_only_that(steps: list[str]) -> None:
    place = enroll(offer(price=PRICE))
    for step in steps:
        before = place.status
        match step:
            case "paid":
                assert place.activate() is (before != "active")
            case "unpaid":
                assert place.suspend("payment-declined") is (before in ("pending", "suspended"))
            case _ if before == "active":
                with pytest.raises(PlaceActive):
                    place.cancel("withdrawn")
            case _:
                assert place.cancel("expired") is (before != "cancelled")
    assert (place.status == "active") is ("paid" in steps)
    assert (place.status in ("suspended", "cancelled")) is (place.reason is not None)


def test_another_place_may_be_had_once_nothing_can_be_charged_for_this_one() -> None:
    place = enroll(offer(price=PRICE))
    place.let_go()
    assert place.held, "it was not given up"
    place.cancel("withdrawn")
    assert place.held
    place.let_go()
    assert not place.held
