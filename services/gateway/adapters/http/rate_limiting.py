"""Limits as headers (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

from functools import lru_cache

from services.gateway.adapters.http.headers import Header
from services.gateway.domain.rate_limiting import SECOND, Policy, Standing


@lru_cache(maxsize=64)
def _policy(policy: Policy) -> tuple[Header, bytes]:
    """How it is told, and how what is left of it begins."""
    window = max(1, round(policy.burst / policy.rate))
    told = f'"{policy.name}";q={policy.burst};w={window}'
    return (b"ratelimit-policy", told.encode()), f'"{policy.name}";r='.encode()


def headers(standing: Standing) -> tuple[Header, Header]:
    """`RateLimit-Policy: "person";q=1000;w=5` and `RateLimit: "person";r=998;t=1`."""
    policy, begin = _policy(standing.policy)
    return policy, (b"ratelimit", b"%b%d;t=%d" % (begin, standing.remaining, -(-standing.reset // SECOND)))
