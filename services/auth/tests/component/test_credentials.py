"""Administrators are invited by the operator and choose their passwords over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import RoleAssigned, UserCreated
from lms_core.domain.errors import Refusal
from services.auth.domain.registration import AddressTaken
from services.auth.service import SERVICE
from services.auth.usecases.credentials import InviteAdministrator

HEAD, PASSWORD = "head@example.org", "a long and good password"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as running:
        yield running


async def invite(service: ServiceUnderTest, email: str = HEAD) -> str:
    async with service.running.container() as scope:
        _, token = await (await scope.get(InviteAdministrator))(email=email, display_name="Head")
    return token


async def choose(service: ServiceUnderTest, token: str, password: str = PASSWORD) -> httpx.Response:
    return await service.client().post("/api/v1/auth/credentials", json={"token": token, "password": password})


async def signs_in(service: ServiceUnderTest, password: str = PASSWORD) -> bool:
    answer = await service.client().post("/api/v1/auth/login", json={"email": HEAD, "password": password})
    return answer.status_code == 200


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["type"]) == (401, "/problems/auth/bad-invitation")


async def test_an_invitation_chooses_the_password_once(service: ServiceUnderTest) -> None:
    token = await invite(service)
    assert not await signs_in(service, "")
    assert (await choose(service, token)).status_code == 204
    assert refused(await choose(service, token, "another good password"))
    assert await signs_in(service)
    [created], [assigned] = await service.published(UserCreated), await service.published(RoleAssigned)
    assert (created.email, assigned.role, assigned.user_id) == (HEAD, "admin", created.user_id)
    with pytest.raises(AddressTaken):
        await invite(service)


async def test_of_two_at_once_one_chooses(service: ServiceUnderTest) -> None:
    token = await invite(service)
    answers = await asyncio.gather(*(choose(service, token, f"a good password, no. {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401, 401]


async def test_a_new_one_takes_the_place_of_the_one_before(service: ServiceUnderTest) -> None:
    first, second = await invite(service), await invite(service, "HEAD@example.org")
    assert refused(await choose(service, first))
    assert (await choose(service, second)).status_code == 204
    assert len(await service.published(UserCreated)) == 1


async def test_it_counts_for_a_day_and_may_then_be_made_anew(service: ServiceUnderTest) -> None:
    token = await invite(service)
    service.clock.advance(timedelta(hours=24))
    assert refused(await choose(service, token))
    assert (await choose(service, await invite(service))).status_code == 204


async def test_a_poor_password_is_refused_and_leaves_the_invitation(service: ServiceUnderTest) -> None:
    token = await invite(service)
    for password in ("short", "head of everything"):
        answer = await choose(service, token, password)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/password")
    assert (await choose(service, token)).status_code == 204


async def test_who_has_a_password_is_not_invited(service: ServiceUnderTest) -> None:
    body = {"email": HEAD, "password": PASSWORD, "display_name": "Somebody"}
    assert (await service.client().post("/api/v1/auth/register", json=body)).status_code == 202
    with pytest.raises(AddressTaken):
        await invite(service)
    with pytest.raises(Refusal):
        await invite(service, "nonsense")


async def test_only_a_digest_is_kept(service: ServiceUnderTest) -> None:
    token = await invite(service)
    assert service.running.database is not None
    [kept] = await service.running.database.read("SELECT digest FROM invitation", ())
    assert token not in kept
