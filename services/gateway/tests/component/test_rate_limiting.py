"""The gateway keeps the measure."""

from __future__ import annotations

from services.gateway.tests.component.conftest import Opening, token

NOBODY = {"email": "a@b.c"}


async def test_who_asks_too_much_waits(opened: Opening) -> None:
    async with opened(address_rate=1, address_burst=2) as client:
        answers = [await client.get("/api/v1/auth/keys") for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"address";q=2;w=2'
        assert answers[0].headers["ratelimit"].startswith('"address";r=1;t=')
        assert (answers[2].json()["type"], answers[2].headers["retry-after"]) == ("/problems/too-many-requests", "1")
        assert answers[2].headers["ratelimit"].startswith('"address";r=0;t=')


async def test_passwords_are_not_tried_fast(opened: Opening) -> None:
    async with opened(credentials_rate=1, credentials_burst=1) as client:
        tried = [(await client.post("/api/v1/auth/login", json=NOBODY)).status_code for _ in range(2)]
        assert tried == [401, 429]
        assert (await client.get("/api/v1/auth/keys")).status_code == 200


async def test_bad_tokens_count_by_address(opened: Opening) -> None:
    async with opened(address_rate=1, address_burst=1) as client:
        bad = {"authorization": "Bearer a.b.c"}
        assert [(await client.get("/api/v1/auth/me", headers=bad)).status_code for _ in range(2)] == [401, 429]


async def test_limits_can_be_switched_off(opened: Opening) -> None:
    async with opened(address_rate=0, credentials_rate=0) as client:
        answer = await client.get("/api/v1/auth/keys")
        assert "ratelimit" not in answer.headers


async def test_people_are_counted_each_for_themselves(opened: Opening) -> None:
    async with opened(person_rate=1, person_burst=2, address_rate=1, address_burst=1) as client:
        people = [{"authorization": f"Bearer {token(n)}"} for n in (1, 2)]
        answers = [await client.get("/api/v1/auth/me", headers=one) for one in people for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"person";q=2;w=2'
