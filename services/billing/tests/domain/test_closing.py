"""Which attempts may still be charged."""

from __future__ import annotations

from typing import get_args

import pytest

from services.billing.domain.closing import UNANSWERED
from services.billing.domain.payments import Outcome


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_what_the_provider_has_answered_need_not_be_voided(outcome: Outcome) -> None:
    assert (outcome in UNANSWERED) is (outcome in ("running", "in-doubt"))
