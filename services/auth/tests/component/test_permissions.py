"""Giving roles and taking them back, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from joserfc import jws

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import RoleAssigned, RoleRevoked, UserCreated
from lms_core.testing.fakes import fake_id
from services.auth.service import SERVICE

ADA = {"email": "ada@example.org", "password": "correct horse battery"}
ROOT = fake_id(7)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as running:
        await running.client().post("/api/v1/auth/register", json=ADA | {"display_name": "Ada Lovelace"})
        yield running


async def ada(service: ServiceUnderTest) -> UUID:
    [event] = await service.published(UserCreated)
    return event.user_id


def roles(user_id: UUID) -> str:
    return f"/api/v1/auth/users/{user_id}/roles"


async def test_an_admin_gives_a_role_and_the_next_token_has_it(service: ServiceUnderTest) -> None:
    user = await ada(service)
    answer = await service.client("admin", id=ROOT).post(roles(user), json={"role": "instructor"})
    assert (answer.status_code, answer.json()["role"], answer.json()["user_id"]) == (200, "instructor", str(user))
    [event] = await service.published(RoleAssigned)
    assert (event.user_id, event.role, event.assigned_by) == (user, "instructor", ROOT)
    token = (await service.client().post("/api/v1/auth/login", json=ADA)).json()["access_token"]
    claims = jws.extract_compact(token.encode()).payload
    assert b'"roles":["instructor","learner"]' in claims


async def test_a_role_that_was_taken_back_leaves_with_the_next_token(service: ServiceUnderTest) -> None:
    admin, user = service.client("admin", id=ROOT), await ada(service)
    assert (await admin.delete(f"{roles(user)}/instructor")).status_code == 404
    await admin.post(roles(user), json={"role": "instructor"})
    tokens = (await service.client().post("/api/v1/auth/login", json=ADA)).json()
    assert (await admin.delete(f"{roles(user)}/instructor")).status_code == 204
    [event] = await service.published(RoleRevoked)
    assert (event.user_id, event.role, event.revoked_by) == (user, "instructor", ROOT)
    next_ones = await service.client().post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert b'"roles":["learner"]' in jws.extract_compact(next_ones.json()["access_token"].encode()).payload
    for path in (f"{roles(user)}/instructor", f"{roles(user)}/root", f"{roles(fake_id(99))}/learner"):
        assert (await admin.delete(path)).status_code == 404


async def _somebody_stays_an_administrator(service: ServiceUnderTest) -> None:
    """Two of them take it from each other at once, again and again."""
    other = ADA | {"email": "bob@example.org", "display_name": "Bob"}
    await service.client().post("/api/v1/auth/register", json=other)
    admin, people = service.client("admin", id=ROOT), [event.user_id for event in await service.published(UserCreated)]
    for _ in range(5):
        for user in people:
            await admin.post(roles(user), json={"role": "admin"})
        answers = await asyncio.gather(*(admin.delete(f"{roles(user)}/admin") for user in people))
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        refused = next(answer.json()["type"] for answer in answers if answer.status_code == 409)
        assert refused == "/problems/auth/last-administrator"


async def test_somebody_stays_an_administrator(service: ServiceUnderTest) -> None:
    await _somebody_stays_an_administrator(service)


@pytest.mark.engine
async def test_somebody_stays_an_administrator_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as running:
        await running.client().post("/api/v1/auth/register", json=ADA | {"display_name": "Ada Lovelace"})
        await _somebody_stays_an_administrator(running)


async def test_giving_it_twice_is_giving_it_once(service: ServiceUnderTest) -> None:
    admin, user = service.client("admin"), await ada(service)
    answers = [await admin.post(roles(user), json={"role": "instructor"})]
    await service.advance(timedelta(hours=1))
    answers.append(await admin.post(roles(user), json={"role": "instructor"}))
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(await service.published(RoleAssigned)) == 1


@pytest.mark.parametrize("role", ["learner", "instructor"])
async def test_others_may_not_not_even_to_themselves(service: ServiceUnderTest, role: str) -> None:
    user = await ada(service)
    answer = await service.client(role, id=user).post(roles(user), json={"role": "admin"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    assert answer.json()["rule"] == "role:assign"
    assert (await service.client().post(roles(user), json={"role": "admin"})).status_code == 401
    assert await service.published(RoleAssigned) == []
    for client, status in ((service.client(role, id=user), 403), (service.client(), 401)):
        assert (await client.delete(f"{roles(user)}/learner")).status_code == status
    assert await service.published(RoleRevoked) == []


async def test_nobody_has_no_roles(service: ServiceUnderTest) -> None:
    answer = await service.client("admin").post(roles(fake_id(99)), json={"role": "instructor"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "root"}, "#/role"),
        ({"role": 7}, "#/role"),
        ({}, "#/role"),
        ({"role": "instructor", "scope": "platform"}, "#/scope"),
        ([], "#"),
    ],
)
async def test_what_is_wrong_is_pointed_at(service: ServiceUnderTest, body: object, pointer: str) -> None:
    answer = await service.client("admin").post(roles(await ada(service)), json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")
    assert answer.json()["errors"][0]["pointer"] == pointer
