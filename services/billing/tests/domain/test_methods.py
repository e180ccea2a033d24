"""Payment methods."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.testing.fakes import MORNING, fake_id
from services.billing.domain.methods import MAX_METHODS, PaymentMethod, TooManyMethods, check_room


def test_removing_twice_is_removing_once() -> None:
    method = PaymentMethod(id=fake_id(1), owner_id=fake_id(2), token="pm_ok", added_at=MORNING)
    method.remove(MORNING)
    method.remove(MORNING + timedelta(hours=1))
    assert method.removed_at == MORNING


def test_there_is_room_for_so_many() -> None:
    check_room(MAX_METHODS - 1)
    with pytest.raises(TooManyMethods) as refusal:
        check_room(MAX_METHODS)
    assert refusal.value.facts == {"most": MAX_METHODS}
