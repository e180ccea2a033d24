"""Preferences, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.user import ProfileUpdated
from services.user.service import SERVICE
from services.user.tests.component.people import ADA, BOB, ME, PREFERENCES, problem, registered

DEFAULTS: dict[str, Any] = {
    "locale": "en",
    "time_zone": "UTC",
    "reduced_motion": False,
    "notifications": {"email": True, "in_app": True, "push": False, "sms": False},
}
BERLIN = DEFAULTS | {"locale": "de", "time_zone": "Europe/Berlin"}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path) as running:
        await running.receive(registered())
        yield running


async def test_they_begin_with_what_was_said_at_registration(service: ServiceUnderTest) -> None:
    answer = await service.client("learner", id=ADA).get(PREFERENCES)
    assert (answer.status_code, answer.headers["etag"][:2], answer.json()) == (200, '"1', DEFAULTS)


async def test_language_and_time_zone_are_shared(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.put(PREFERENCES, json=BERLIN, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"][:2], answer.json()) == (200, '"2', BERLIN)
    assert (await ada.get(PREFERENCES)).json() == BERLIN
    [event] = await service.published(ProfileUpdated)
    assert (event.display_name, event.locale, event.time_zone) == ("Ada Lovelace", "de", "Europe/Berlin")


async def test_the_rest_is_not(service: ServiceUnderTest) -> None:
    choice = DEFAULTS | {"reduced_motion": True, "notifications": DEFAULTS["notifications"] | {"push": True}}
    ada = service.client("learner", id=ADA)
    assert (await ada.put(PREFERENCES, json=choice, headers={"if-match": '"1"'})).status_code == 200
    assert (await ada.get(PREFERENCES)).json() == choice
    assert await service.published(ProfileUpdated) == []


async def test_the_event_grows_over_profile_and_preferences_together(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    await ada.put(PREFERENCES, json=BERLIN, headers={"if-match": '"1"'})
    await ada.patch(ME, json={"display_name": "Ada King"}, headers={"if-match": '"1"'})
    await ada.put(PREFERENCES, json=DEFAULTS, headers={"if-match": '"2"'})
    assert [e.version for e in await service.published(ProfileUpdated)] == [2, 3, 4]


async def test_putting_the_same_is_no_change(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.put(PREFERENCES, json=DEFAULTS, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"][:2]) == (200, '"1')


async def test_a_choice_made_from_something_else_than_what_was_read(service: ServiceUnderTest) -> None:
    ada = service.client("learner", id=ADA)
    assert problem(await ada.put(PREFERENCES, json=BERLIN, headers={"if-match": '"2"'})) == (412, "stale")
    assert problem(await ada.put(PREFERENCES, json=BERLIN)) == (428, "precondition-required")


async def test_not_before_the_registration_arrives(service: ServiceUnderTest) -> None:
    bob = service.client("learner", id=BOB)
    assert problem(await bob.put(PREFERENCES, json=BERLIN, headers={"if-match": '"1"'})) == (404, "not-yet")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"locale": "_"}, "#/locale"),
        ({"time_zone": "Mars/Olympus"}, "#/time_zone"),
        ({"reduced_motion": "yes"}, "#/reduced_motion"),
        ({"notifications": {"email": True}}, "#/notifications/in_app"),
        ({"theme": "dark"}, "#/theme"),
    ],
)
async def test_what_is_wrong_is_pointed_at(service: ServiceUnderTest, change: Any, pointer: str) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.put(PREFERENCES, json=DEFAULTS | change, headers={"if-match": '"1"'})
    assert problem(answer) == (400, "invalid")
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_they_are_nobody_elses_business(service: ServiceUnderTest) -> None:
    assert problem(await service.client().get(PREFERENCES)) == (401, "unauthenticated")
    assert problem(await service.client().put(PREFERENCES, json=BERLIN)) == (401, "unauthenticated")
    assert (await service.client("admin", id=BOB).get(f"/api/v1/users/{ADA}/preferences")).status_code == 404
