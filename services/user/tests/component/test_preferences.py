"""Preferences, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lms_adapters.sql.engine import writing
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.user import Channels, NotificationWishes, ProfileUpdated, TopicChannels
from services.user.service import SERVICE
from services.user.tests.component.people import ADA, BOB, ME, PREFERENCES, problem, registered

DEFAULTS: dict[str, Any] = {
    "locale": "en",
    "time_zone": "UTC",
    "reduced_motion": False,
    "notifications": {
        "email": True,
        "in_app": True,
        "push": True,
        "sms": True,
        "topics": {"enrollment": None, "progress": None},
    },
}


def topics(**chosen: Any) -> dict[str, Any]:
    """A change of what was chosen for topics."""
    return {"notifications": DEFAULTS["notifications"] | {"topics": chosen}}


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


async def test_channels_are_shared_in_general_and_by_topic(service: ServiceUnderTest) -> None:
    quiet = {"email": False, "push": True, "sms": False}
    topics = {"enrollment": None, "progress": quiet}
    choice = DEFAULTS | {"notifications": DEFAULTS["notifications"] | {"sms": False, "topics": topics}}
    ada = service.client("learner", id=ADA)
    answer = await ada.put(PREFERENCES, json=choice, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"][:2], answer.json()) == (200, '"2', choice)
    assert (await ada.get(PREFERENCES)).json() == choice
    [event] = await service.published(ProfileUpdated)
    assert event.notifications == NotificationWishes(
        sms=False, topics=TopicChannels(progress=Channels(email=False, sms=False))
    )


async def test_topics_may_be_left_out(service: ServiceUnderTest) -> None:
    general = {name: value for name, value in DEFAULTS["notifications"].items() if name != "topics"}
    ada = service.client("learner", id=ADA)
    answer = await ada.put(PREFERENCES, json=DEFAULTS | {"notifications": general}, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()) == (200, DEFAULTS)


async def test_the_rest_is_not(service: ServiceUnderTest) -> None:
    choice = DEFAULTS | {"reduced_motion": True, "notifications": DEFAULTS["notifications"] | {"in_app": False}}
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
        (topics(weather=None), "#/notifications/topics/weather"),
        (topics(progress={"email": False, "push": True}), "#/notifications/topics/progress/sms"),
        (topics(progress={"email": 0, "push": True, "sms": True}), "#/notifications/topics/progress/email"),
    ],
)
async def test_what_is_wrong_is_pointed_at(service: ServiceUnderTest, change: Any, pointer: str) -> None:
    ada = service.client("learner", id=ADA)
    answer = await ada.put(PREFERENCES, json=DEFAULTS | change, headers={"if-match": '"1"'})
    assert problem(answer) == (400, "invalid")
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_all_that_is_wrong_is_told_at_once(service: ServiceUnderTest) -> None:
    body = DEFAULTS | {"locale": "_", "time_zone": "Mars/Olympus"}
    answer = await service.client("learner", id=ADA).put(PREFERENCES, json=body, headers={"if-match": '"1"'})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/locale", "#/time_zone"]


async def test_they_are_nobody_elses_business(service: ServiceUnderTest) -> None:
    assert problem(await service.client().get(PREFERENCES)) == (401, "unauthenticated")
    assert problem(await service.client().put(PREFERENCES, json=BERLIN)) == (401, "unauthenticated")
    assert (await service.client("admin", id=BOB).get(f"/api/v1/users/{ADA}/preferences")).status_code == 404


BEFORE = '{"email":true,"in_app":true,"push":false,"sms":false}'
"""The defaults, before SMS and push were on by themselves."""


@pytest.mark.parametrize(
    ("kept", "email", "push"), [(BEFORE, True, True), (BEFORE.replace('"email":true', '"email":false'), False, False)]
)
async def test_who_chose_nothing_has_the_new_defaults_and_a_choice_stays(
    tmp_path: Path, kept: str, email: bool, push: bool
) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(registered())
        database = service.running.database
        assert database is not None
        await migrate(database, SERVICE.revisions, to="0001", only="service")
        async with writing(database) as driver:
            await driver.run("UPDATE preferences SET notifications = $1", kept)
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        found = (await service.client("learner", id=ADA).get(PREFERENCES)).json()["notifications"]
        assert found == DEFAULTS["notifications"] | {"email": email, "push": push, "sms": push}
