"""Limits as headers (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

from functools import lru_cache

from services.gateway.adapters.http.headers import Header
from services.gateway.domain.rate_limiting import SECOND, Policy, Standing


@lru_cache(maxsize=64)
def _policy(policy: Policy) -> Header:
    window = max(1, round(policy.burst / policy.rate))
    return b"ratelimit-policy", f'"{policy.name}";q={policy.burst};w={window}'.encode()


def headers(standing: Standing) -> tuple[Header, Header]:
    """`RateLimit-Policy: "person";q=1000;w=5` and `RateLimit: "person";r=998;t=1`."""
    policy, seconds = standing.policy, -(-standing.reset // SECOND)
    return _policy(policy), (b"ratelimit", b'"%b";r=%d;t=%d' % (policy.name.encode(), standing.remaining, seconds))
