"""Giving roles, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from joserfc import jws

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import RoleAssigned, UserCreated
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
    assert (answer.status_code, answer.json()["role"], answer.json()["user_id"]) == (201, "instructor", str(user))
    [event] = await service.published(RoleAssigned)
    assert (event.user_id, event.role, event.assigned_by) == (user, "instructor", ROOT)
    token = (await service.client().post("/api/v1/auth/login", json=ADA)).json()["access_token"]
    claims = jws.extract_compact(token.encode()).payload
    assert b'"roles":["instructor","learner"]' in claims


async def test_giving_it_twice_is_giving_it_once(service: ServiceUnderTest) -> None:
    admin, user = service.client("admin"), await ada(service)
    answers = [await admin.post(roles(user), json={"role": "instructor"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert len(await service.published(RoleAssigned)) == 1


@pytest.mark.parametrize("role", ["learner", "instructor"])
async def test_others_may_not_not_even_to_themselves(service: ServiceUnderTest, role: str) -> None:
    user = await ada(service)
    answer = await service.client(role, id=user).post(roles(user), json={"role": "admin"})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    assert answer.json()["rule"] == "role:assign"
    assert (await service.client().post(roles(user), json={"role": "admin"})).status_code == 401
    assert await service.published(RoleAssigned) == []


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
