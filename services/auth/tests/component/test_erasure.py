"""Leaving for good, over HTTP and with the real tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import UserCreated, UserErased
from lms_core.security.permissions import ADMIN
from services.auth.adapters.crypto import credentials
from services.auth.service import SERVICE
from services.auth.usecases.registration import RegisterAdministrator

ADA = {"email": "ada@example.org", "password": "correct horse battery"}
ROOT = {"email": "root@example.org", "password": "a tree of some length"}
AUTH = "/api/v1/auth"
TABLES = ("account", "credential", "role_assignment", "session", "refresh_token", "known_place")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real ones, at the least cost argon2 has."""
    monkeypatch.setattr(credentials, "_MEMORY_KIB", 8)
    monkeypatch.setattr(credentials, "_PASSES", 1)


@pytest.fixture
async def service(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as running:
        yield running


async def registered(service: ServiceUnderTest, who: dict[str, str] = ADA) -> UUID:
    answer = await service.client().post(f"{AUTH}/register", json=who | {"display_name": "Ada Lovelace"})
    assert answer.status_code == 202
    return (await service.published(UserCreated))[-1].user_id


async def administrator(service: ServiceUnderTest, who: dict[str, str]) -> UUID:
    async with service.running.container() as scope:
        register: RegisterAdministrator = await scope.get(RegisterAdministrator)
        return (await register(**who, display_name="Root")).id


async def log_in(service: ServiceUnderTest, who: dict[str, str] = ADA) -> httpx.Response:
    return await service.client().post(f"{AUTH}/login", json=who)


async def erase(service: ServiceUnderTest, id: UUID, password: str, *roles: str) -> httpx.Response:
    return await service.client(*roles or ("learner",), id=id).post(f"{AUTH}/erase", json={"password": password})


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def rows(service: ServiceUnderTest) -> dict[str, int]:
    database = service.running.database
    assert database is not None
    return {table: (await database.read(f"SELECT count(*) FROM {table}", ()))[0][0] for table in TABLES}


async def test_nothing_is_left_but_the_bare_id(service: ServiceUnderTest) -> None:
    ada = await registered(service)
    tokens = (await log_in(service)).json()
    assert (await erase(service, ada, ADA["password"])).status_code == 204
    assert await rows(service) == dict.fromkeys(TABLES, 0)
    assert await service.published(UserErased) == [UserErased(user_id=ada, erased_at=service.clock.now())]
    await service.drain()
    [created] = await service.published(UserCreated)
    assert (created.user_id, created.email, created.display_name, created.locale) == (ada, None, None, "en")
    assert await service.dead_letters() == []
    assert problem(await log_in(service)) == (401, "auth/bad-credentials")
    refresh = {"refresh_token": tokens["refresh_token"]}
    assert problem(await service.client().post(f"{AUTH}/refresh", json=refresh)) == (401, "auth/bad-refresh-token")
    for answer in (
        await service.client().post(f"{AUTH}/logout", json=refresh),
        await service.client("learner", id=ada).post(f"{AUTH}/logout"),
    ):
        assert answer.status_code == 204, "nothing is left to end"


async def test_doing_it_again_changes_nothing(service: ServiceUnderTest) -> None:
    ada = await registered(service)
    for _ in range(3):
        assert (await erase(service, ada, ADA["password"])).status_code == 204
    assert (await erase(service, ada, "whatever")).status_code == 204
    assert len(await service.published(UserErased)) == 1


async def test_who_comes_back_is_somebody_new(service: ServiceUnderTest) -> None:
    ada = await registered(service)
    await erase(service, ada, ADA["password"])
    await service.drain()
    again = await registered(service)
    await service.drain()
    assert again != ada
    assert [e.email for e in await service.published(UserCreated)] == [None, ADA["email"]]
    assert (await log_in(service)).status_code == 200


async def test_a_wrong_password_is_counted_and_answered_as_at_a_sign_in(service: ServiceUnderTest) -> None:
    ada = await registered(service)
    answers = [problem(await erase(service, ada, "a guess")) for _ in range(11)]
    assert answers == [(401, "auth/bad-credentials")] * 10 + [(429, "auth/too-many-attempts")]
    assert problem(await erase(service, ada, ADA["password"])) == (429, "auth/too-many-attempts")
    assert problem(await log_in(service)) == (429, "auth/too-many-attempts")
    service.clock.advance(timedelta(seconds=1))
    assert (await erase(service, ada, ADA["password"])).status_code == 204


async def test_nobody_else_can(service: ServiceUnderTest) -> None:
    await registered(service)
    answer = await service.client().post(f"{AUTH}/erase", json={"password": ADA["password"]})
    assert problem(answer) == (401, "unauthenticated")
    answer = await service.client("learner").post(f"{AUTH}/erase", json={})
    assert problem(answer) == (400, "invalid")


async def test_the_last_administrator_stays(service: ServiceUnderTest) -> None:
    root = await administrator(service, ROOT)
    for _ in range(20):  # a right password is no failure
        assert problem(await erase(service, root, ROOT["password"], ADMIN)) == (409, "auth/last-administrator")
    ada = await registered(service)
    assert (await erase(service, ada, ADA["password"])).status_code == 204
    await administrator(service, ADA)
    assert (await erase(service, root, ROOT["password"], ADMIN)).status_code == 204


async def test_of_the_last_two_one_stays_though_they_leave_at_once(service: ServiceUnderTest) -> None:
    two = [(await administrator(service, who), who["password"]) for who in (ROOT, ADA)]
    answers = await asyncio.gather(*(erase(service, id, password, ADMIN) for id, password in two))
    assert sorted(a.status_code for a in answers) == [204, 409]
    assert len(await service.published(UserErased)) == 1


async def test_sign_ins_at_the_same_moment_come_before_or_find_nobody(service: ServiceUnderTest) -> None:
    ada = await registered(service)
    gone, *answers = await asyncio.gather(erase(service, ada, ADA["password"]), *(log_in(service) for _ in range(4)))
    assert gone.status_code == 204
    assert {a.status_code for a in answers} <= {200, 401}
    assert await rows(service) == dict.fromkeys(TABLES, 0)
