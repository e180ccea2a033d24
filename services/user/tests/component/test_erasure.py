"""A person who leaves is forgotten here too, in whatever order it is heard of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import UserErased
from lms_core.contracts.user import ProfileUpdated
from lms_core.testing.fakes import MORNING
from services.user.service import SERVICE
from services.user.tests.component.people import ADA, BOB, ME, PREFERENCES, problem, registered

ERASED = UserErased(user_id=ADA, erased_at=MORNING)


@pytest.fixture
async def service(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as running:
        yield running


async def test_nothing_is_left_of_them_and_all_of_others(service: ServiceUnderTest) -> None:
    await service.receive(registered(), registered(BOB, "Bob"))
    ada, bob = service.client("learner", id=ADA), service.client("learner", id=BOB)
    for client, name in ((ada, "Ada King"), (bob, "Bobby")):
        answer = await client.patch(
            ME, json={"display_name": name}, headers={"if-match": (await client.get(ME)).headers["etag"]}
        )
        assert answer.status_code == 200
    await service.receive(ERASED)
    for path in (ME, PREFERENCES):
        assert problem(await ada.get(path)) == (404, "not-yet")
        assert (await bob.get(path)).status_code == 200
    assert problem(await bob.get(f"/api/v1/users/{ADA}")) == (404, "not-found")
    assert [(e.user_id, e.display_name, e.version) for e in await service.published(ProfileUpdated)] == [
        (ADA, None, 2),
        (BOB, "Bobby", 2),
    ]
    assert await service.dead_letters() == []


async def test_a_token_that_still_counts_brings_nothing_back(service: ServiceUnderTest) -> None:
    await service.receive(registered())
    ada = service.client("learner", id=ADA)
    tag = (await ada.get(ME)).headers["etag"]
    await service.receive(ERASED)
    assert problem(await ada.patch(ME, json={"bio": "Back."}, headers={"if-match": tag})) == (404, "not-yet")
    assert await service.published(ProfileUpdated) == []


async def test_an_erasure_that_overtakes_in_the_inbox_wins(service: ServiceUnderTest) -> None:
    await service.receive(registered(), ERASED, drain=False)
    await service.drain()
    await service.receive(registered())  # a stranger's broker brings it again, under another id
    assert problem(await service.client("learner", id=ADA).get(ME)) == (404, "not-yet")
    assert await service.dead_letters() == []
