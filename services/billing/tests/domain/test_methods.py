"""Payment methods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING, fake_id
from services.billing.domain.methods import MAX_METHODS, PaymentMethod, TooManyMethods, new_method


def test_removing_twice_is_removing_once() -> None:
    method = PaymentMethod(id=fake_id(1), owner_id=fake_id(2), token="pm_ok", added_at=MORNING)
    method.remove(MORNING)
    method.remove(MORNING + timedelta(hours=1))
    assert method.removed_at == MORNING


def added(*, minutes: int = 0, default: PaymentMethod | None = None, on_file: int = 0) -> PaymentMethod:
    at = MORNING + timedelta(minutes=minutes)
    return new_method(id=fake_id(1), owner_id=fake_id(2), token="pm_ok", at=at, default=default, on_file=on_file)


@given(st.lists(st.integers(-60, 60), min_size=1, max_size=20))
def test_the_method_added_last_is_the_newest_whatever_the_clock_says(clock: list[int]) -> None:
    default: PaymentMethod | None = None
    for minutes in clock:
        following = added(minutes=minutes, default=default)
        assert default is None or following.added_at > default.added_at
        default = following


def test_there_is_room_for_so_many() -> None:
    added(on_file=MAX_METHODS - 1)
    with pytest.raises(TooManyMethods) as refusal:
        added(on_file=MAX_METHODS)
    assert refusal.value.facts == {"most": MAX_METHODS}
