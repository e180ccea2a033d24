"""Keeping the measure."""

from __future__ import annotations

import pytest

from lms_core.testing.fakes import fake_id
from services.gateway.domain.rate_limiting import LimitReached, Policy
from services.gateway.tests.usecases.fakes import FakeBuckets
from services.gateway.usecases.rate_limiting import Admit, Policies

LOGIN = "/api/v1/auth/login"
POLICIES = Policies(
    person=Policy("person", 1, 3), address=Policy("address", 1, 5), credentials=Policy("credentials", 1, 2)
)


async def test_people_are_counted_each_for_themselves_wherever_they_are() -> None:
    admit = Admit(FakeBuckets(), POLICIES)
    for _ in range(3):
        await admit(fake_id(1), "192.0.2.1", "GET", "/")
    with pytest.raises(LimitReached):
        await admit(fake_id(1), "192.0.2.2", "GET", "/")
    standing = await admit(fake_id(2), "192.0.2.1", "GET", "/")
    assert standing is not None
    assert (standing.policy.name, standing.remaining) == ("person", 2)


async def test_others_are_counted_by_address() -> None:
    admit = Admit(FakeBuckets(), POLICIES)
    for _ in range(5):
        await admit(None, "192.0.2.1", "GET", "/")
    with pytest.raises(LimitReached):
        await admit(None, "192.0.2.1", "GET", "/")
    await admit(None, "192.0.2.2", "GET", "/")


@pytest.mark.parametrize("path", [LOGIN, f"{LOGIN}/", "/api/v1/auth/register"])
async def test_trying_passwords_has_a_stricter_limit(path: str) -> None:
    admit = Admit(FakeBuckets(), POLICIES)
    first = await admit(None, "192.0.2.1", "POST", path)
    assert first is not None
    assert first.policy.name == "credentials"
    await admit(fake_id(1), "192.0.2.1", "POST", path)
    with pytest.raises(LimitReached) as refusal:
        await admit(fake_id(2), "192.0.2.1", "POST", path)
    assert refusal.value.standing.policy.name == "credentials"
    await admit(None, "192.0.2.1", "GET", path)


async def test_without_policies_nothing_is_counted() -> None:
    buckets = FakeBuckets()
    admit = Admit(buckets, Policies(person=None, address=None, credentials=None))
    assert await admit(None, "192.0.2.1", "POST", LOGIN) is None
    assert buckets.arrivals == {}
