"""The laws of the cell rate algorithm."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from services.gateway.domain.rate_limiting import SECOND, LimitReached, Policy, take

policies = st.builds(Policy, name=st.just("p"), rate=st.integers(1, 10_000), burst=st.integers(1, 50))
moments = st.lists(st.integers(0, 2 * SECOND), max_size=60).map(sorted)
NOW = 7 * SECOND


def spend(policy: Policy, times: list[int]) -> list[int]:
    """The times that were allowed."""
    arrival, allowed = 0, []
    for now in times:
        arrival, standing = take(policy, arrival, now)
        if standing.allowed:
            allowed.append(now)
    return allowed


@given(policies)
def test_a_newcomer_has_exactly_the_burst_at_once(policy: Policy) -> None:
    assert len(spend(policy, [NOW] * (policy.burst + 5))) == policy.burst


@given(policies, moments)
def test_no_window_holds_more_than_the_burst_and_the_rate_over_its_length(policy: Policy, times: list[int]) -> None:
    allowed = spend(policy, times)
    for first in range(len(allowed)):
        for last in range(first, len(allowed)):
            window = allowed[last] - allowed[first]
            assert last - first + 1 <= policy.burst + window // policy.interval


@given(policies, moments)
def test_it_allows_what_a_leaking_bucket_has_room_for(policy: Policy, times: list[int]) -> None:
    level, before, allowed = 0, 0, []
    for now in times:
        level, before = max(0, level - (now - before)), now
        if level + policy.interval <= policy.tolerance:
            level += policy.interval
            allowed.append(now)
    assert spend(policy, times) == allowed


@given(policies, moments)
def test_a_refused_request_changes_nothing_and_knows_when_to_come_again(policy: Policy, times: list[int]) -> None:
    arrival = 0
    for now in [*times, *[NOW] * (policy.burst + 1)]:
        after, standing = take(policy, arrival, now)
        if not standing.allowed:
            assert after == arrival
            assert standing.retry > 0
            assert take(policy, arrival, now + standing.retry)[1].allowed
            assert not take(policy, arrival, now + standing.retry - 1)[1].allowed
        arrival = after


@given(policies, moments)
def test_what_remains_can_be_spent_at_once_and_no_more(policy: Policy, times: list[int]) -> None:
    arrival = 0
    for now in times:
        arrival, standing = take(policy, arrival, now)
        if standing.allowed:
            spent = arrival
            for _ in range(standing.remaining):
                spent, following = take(policy, spent, now)
                assert following.allowed
            assert not take(policy, spent, now)[1].allowed


@given(policies, moments)
def test_after_the_reset_the_whole_burst_is_there_again(policy: Policy, times: list[int]) -> None:
    arrival = 0
    for now in times:
        arrival, _ = take(policy, arrival, now)
    arrival, standing = take(policy, arrival, NOW)
    rested = NOW + standing.reset
    assert take(policy, arrival, rested)[1].remaining == policy.burst - 1


def test_the_wait_is_told_in_whole_microseconds_upwards() -> None:
    policy = Policy("p", 3, 1)
    arrival, _ = take(policy, 0, NOW)
    refusal = LimitReached(take(policy, arrival, NOW)[1])
    assert refusal.after.total_seconds() == pytest.approx(1 / 3, abs=1e-6)
    assert (refusal.code, refusal.facts) == ("too-many-requests", {"limit": "p"})


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (1, 0), (-1, 1), (SECOND + 1, 1)])
def test_a_policy_allows_something(rate: int, burst: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Policy("p", rate, burst)
