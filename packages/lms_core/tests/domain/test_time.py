"""Moments that order what happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.domain.time import moment_after, to_ms
from lms_core.testing.fakes import MORNING


@pytest.mark.parametrize("passed", [timedelta(days=-1), timedelta(0), timedelta(microseconds=1), timedelta(seconds=1)])
def test_what_follows_is_later_also_where_milliseconds_are_kept(passed: timedelta) -> None:
    after = moment_after(MORNING, MORNING + passed)
    assert after >= MORNING + passed
    assert to_ms(after) > to_ms(MORNING)
