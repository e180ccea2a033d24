"""Buckets in memory, and limits as headers."""

from __future__ import annotations

from services.gateway.adapters.http.rate_limiting import headers
from services.gateway.adapters.memory.rate_limiting import MemoryBuckets
from services.gateway.domain.rate_limiting import SECOND, Policy

POLICY = Policy("address", 2, 4)


class Watch:
    def __init__(self) -> None:
        self.now = 5 * SECOND

    def __call__(self) -> int:
        return self.now


async def test_callers_and_policies_are_apart() -> None:
    buckets = MemoryBuckets(Watch())
    assert [(await buckets.take(POLICY, "a")).allowed for _ in range(5)] == [True] * 4 + [False]
    assert (await buckets.take(POLICY, "b")).allowed
    assert (await buckets.take(Policy("other", 2, 4), "a")).allowed


async def test_time_gives_back() -> None:
    watch = Watch()
    buckets = MemoryBuckets(watch)
    for _ in range(4):
        await buckets.take(POLICY, "a")
    watch.now += SECOND // 2
    assert [(await buckets.take(POLICY, "a")).allowed for _ in range(2)] == [True, False]


async def test_a_crowd_does_not_fill_the_memory_and_full_buckets_go_first() -> None:
    watch = Watch()
    buckets = MemoryBuckets(watch, size=100)
    for n in range(50):
        await buckets.take(POLICY, f"early {n}")
    watch.now += 10 * SECOND
    for _ in range(4):
        await buckets.take(POLICY, "busy")
    for n in range(60):
        await buckets.take(POLICY, f"late {n}")
    assert not (await buckets.take(POLICY, "busy")).allowed, "who has spent something is remembered"
    for n in range(1000):
        await buckets.take(POLICY, f"crowd {n}")
    assert len(buckets._arrivals) <= 100


async def test_the_headers_say_what_is_left() -> None:
    standing = await MemoryBuckets(Watch()).take(POLICY, "a")
    assert headers(standing) == ((b"ratelimit-policy", b'"address";q=4;w=2'), (b"ratelimit", b'"address";r=3;t=1'))
