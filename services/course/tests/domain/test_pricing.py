"""Which price counts."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.pricing import Price


def price(minute: int, number: int) -> Price:
    at = MORNING + timedelta(minutes=minute)
    return Price(course_id=fake_id(1), price_id=fake_id(number), amount=number, currency="EUR", set_at=at)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1), st.randoms())
def test_the_order_of_arrival_does_not_matter(set_: list[tuple[int, int]], chance: object) -> None:
    def last(order: list[tuple[int, int]]) -> Price:
        kept = price(*order[0])
        for one in order[1:]:
            kept = new if (new := price(*one)).replaces(kept) else kept
        return kept

    other = list(set_)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert last(set_) == last(other)
