"""Guessing passwords, over HTTP and with the real tables."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from services.auth.adapters.crypto import credentials
from services.auth.service import SERVICE

ADA = {"email": "ada@example.org", "password": "correct horse battery"}
WRONG = ADA | {"password": "a guess"}
HOME = "198.51.100.7"


async def log_in(service: ServiceUnderTest, body: dict[str, str], address: str) -> httpx.Response:
    """As the gateway passes it on."""
    return await service.client().post("/api/v1/auth/login", json=body, headers={"x-forwarded-for": address})


async def registered(service: ServiceUnderTest) -> None:
    body = ADA | {"display_name": "Ada Lovelace"}
    assert (await service.client().post("/api/v1/auth/register", json=body)).status_code == 202


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real ones, at the least cost argon2 has."""
    monkeypatch.setattr(credentials, "_MEMORY_KIB", 8)
    monkeypatch.setattr(credentials, "_PASSES", 1)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as running:
        await registered(running)
        yield running


async def attack(service: ServiceUnderTest, body: dict[str, str] = WRONG) -> Counter[int]:
    """Two hundred at once, each from an address of its own."""
    answers = await asyncio.gather(*(log_in(service, body, f"203.0.113.{n}") for n in range(200)))
    return Counter(answer.status_code for answer in answers)


async def owner_is_kept_in(service: ServiceUnderTest) -> None:
    assert (await log_in(service, ADA, HOME)).status_code == 200
    assert await attack(service) == {401: 10, 429: 190}
    assert (await log_in(service, ADA, HOME)).status_code == 200  # a place that is known
    elsewhere = await log_in(service, ADA, "192.0.2.1")
    assert (elsewhere.status_code, elsewhere.headers["retry-after"]) == (429, "1")
    assert elsewhere.json()["type"] == "/problems/auth/too-many-attempts"
    service.clock.advance(timedelta(seconds=1))
    assert (await log_in(service, ADA, "192.0.2.1")).status_code == 200


async def test_an_attacker_on_many_addresses_gets_ten_guesses_and_the_owner_gets_in(service: ServiceUnderTest) -> None:
    await owner_is_kept_in(service)


@pytest.mark.engine
async def test_nor_do_rivals_get_more_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await registered(service)
        await owner_is_kept_in(service)


async def test_an_unknown_account_is_counted_like_a_known_one(service: ServiceUnderTest) -> None:
    assert await attack(service, WRONG | {"email": "nobody@example.org"}) == await attack(service)


async def test_the_longest_wait_ends_and_then_it_goes_on_slowly(service: ServiceUnderTest) -> None:
    tried = 0
    for _ in range(24 * 4):  # a day of guessing, at every moment when it is allowed
        answers = Counter(a.status_code for a in [await log_in(service, WRONG, "203.0.113.1") for _ in range(2)])
        tried += answers[401]
        service.clock.advance(timedelta(minutes=15))
    assert tried <= 10 + 11 + 24 * 4
    assert (await log_in(service, ADA, "192.0.2.1")).status_code == 200


async def test_one_address_cannot_go_through_many_accounts(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_AUTH_ADDRESS_ATTEMPTS": "20"}) as service:
        bodies = [{"email": f"{n}@example.org", "password": "a guess"} for n in range(200)]
        answers = await asyncio.gather(*(log_in(service, body, "203.0.113.1") for body in bodies))
        assert Counter(answer.status_code for answer in answers) == {401: 20, 429: 180}


async def test_it_holds_after_a_restart_and_what_is_forgiven_is_forgotten(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert await attack(service) == {401: 10, 429: 190}
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        assert await attack(service) == {429: 200}
        service.clock.advance(timedelta(days=1))
        await log_in(service, WRONG | {"email": "bob@example.org"}, HOME)
        assert service.running.database is not None
        assert await service.running.database.read("SELECT count(*) FROM sign_in_tally", ()) == [(2,)]


@pytest.mark.engine
async def test_postgresql_keeps_no_null_character_and_says_so(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        answer = await log_in(service, WRONG | {"email": "ada\x00@example.org"}, HOME)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")
