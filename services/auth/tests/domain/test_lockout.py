"""The laws of waiting."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING
from services.auth.domain.lockout import Patience, Tally, tally_key

QUARTER, SECOND, NONE = timedelta(minutes=15), timedelta(seconds=1), timedelta(0)
PATIENCE = Patience(free=10, longest=QUARTER, forgiven=QUARTER)


def test_the_first_failures_are_free_then_each_wait_is_twice_the_last_up_to_the_longest() -> None:
    waits = [PATIENCE.pause(n) // SECOND for n in range(9, 22)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert PATIENCE.pause(10**9) == QUARTER


def test_time_forgives_one_failure_after_the_other() -> None:
    tally = Tally(failures=12, at=MORNING)
    assert tally.wait(PATIENCE, MORNING) == 4 * SECOND
    assert tally.wait(PATIENCE, MORNING + 4 * SECOND) == NONE
    tally.count(PATIENCE, MORNING + 3 * QUARTER)
    assert (tally.failures, tally.at) == (10, MORNING + 3 * QUARTER)
    assert tally.forgiven_at(PATIENCE) == MORNING + 13 * QUARTER


def test_a_clock_that_runs_backwards_locks_nobody_out_for_longer() -> None:
    tally = Tally(failures=30, at=MORNING + timedelta(days=400))
    assert tally.wait(PATIENCE, MORNING) == QUARTER


def test_rivals_who_count_in_another_order_than_they_came_do_not_wait_for_each_other() -> None:
    tally = Tally(failures=3, at=MORNING + timedelta(milliseconds=4))
    assert tally.wait(PATIENCE, MORNING) == NONE


@given(st.lists(st.integers(0, 3 * 3600), max_size=200))
def test_in_the_long_run_one_attempt_in_the_time_that_forgives_one(pauses: list[int]) -> None:
    """Whoever waits as they please, or exactly as long as they must: the attempts are bounded by the time."""
    now, tally = MORNING, Tally(failures=0, at=MORNING)
    for tried, pause in enumerate(pauses, start=1):
        now += timedelta(seconds=pause)
        now += tally.wait(PATIENCE, now)
        tally.count(PATIENCE, now)
        assert tried <= PATIENCE.free + 11 + (now - MORNING) / PATIENCE.forgiven


def test_keys_do_not_show_whose_they_are_and_differ_by_their_parts() -> None:
    assert "ada" not in tally_key("account", "ada@example.org")
    assert len({tally_key("account", "a"), tally_key("address", "a"), tally_key("place", "a", "b")}) == 3
