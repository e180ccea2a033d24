"""People arrive, change, and are greeted once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lms_adapters.testing.service import TRACE, ServiceUnderTest
from lms_core.contracts.auth import RegistrationRepeated
from lms_core.contracts.notification import MessageDelivered
from lms_core.testing.fakes import MORNING
from services.notification.service import SERVICE
from services.notification.tests.component.stories import (
    ADA,
    BOB_CREATED,
    CREATED,
    ENROLLED,
    REPEATED,
    inbox,
    mails,
    profile,
)


async def _a_new_person_is_welcomed(service: ServiceUnderTest) -> None:
    await service.receive(CREATED)
    [mail] = await mails(service)
    assert (mail["recipient"], mail["subject"]) == ("ada@example.org", "Welcome, Ada")
    assert mail["headers"]["X-Trace-Id"] == TRACE[3:35]
    page = await inbox(service)
    [message] = page["items"]
    assert (message["kind"], message["topic"], message["read_at"]) == ("welcome", "account", None)
    assert page["unread"] == 1
    delivered = await service.published(MessageDelivered)
    assert {(e.channel, e.topic, e.recipient_id) for e in delivered} == {
        ("email", "account", ADA),
        ("in-app", "account", ADA),
    }
    assert str(mail["idempotency_key"]) in {str(e.message_id) for e in delivered}


async def test_a_new_person_is_welcomed_by_mail_and_in_the_inbox(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await _a_new_person_is_welcomed(service)


@pytest.mark.engine
async def test_on_postgresql(tmp_path: Path, database_url: str) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, {"LMS_DATABASE_URL": database_url}) as service:
        await _a_new_person_is_welcomed(service)
        assert len(await mails(service, "&recipient=ada@example.org")) == 1
        assert await mails(service, "&recipient=bob@example.org") == []
        assert (await inbox(service, "?limit=1"))["next"] is None


async def test_the_same_event_again_under_another_id_tells_nothing(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED)
        await service.receive(CREATED, CREATED)
        assert len(await mails(service)) == 1
        assert len((await inbox(service))["items"]) == 1
        assert await service.dead_letters() == []


async def test_people_are_written_to_in_their_language(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(BOB_CREATED)
        [mail] = await mails(service)
        assert (mail["subject"], mail["headers"]["Content-Language"]) == ("Willkommen, Bob", "de")


async def test_a_profile_that_comes_before_its_account_counts(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(profile(2, name="Countess", locale="de"), profile(1, name="Old"))
        assert await mails(service) == []
        await service.receive(CREATED)
        [mail] = await mails(service)
        assert mail["subject"] == "Willkommen, Countess"


async def test_who_is_not_known_yet_is_told_when_they_are(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(REPEATED, ENROLLED)
        assert await mails(service) == []
        await service.receive(CREATED)
        await service.advance(timedelta(seconds=1))
        assert len(await mails(service)) == 3
        assert await service.dead_letters() == []


async def test_a_repeated_registration_is_told_once_a_day_and_by_mail_only(tmp_path: Path) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED)
        for hours in (0, 1, 24):
            await service.receive(RegistrationRepeated(user_id=ADA, attempted_at=MORNING + timedelta(hours=hours)))
        subjects = [m["subject"] for m in await mails(service)]
        assert subjects[1:] == ["Somebody tried to register with your address"] * 2
        assert [m["kind"] for m in (await inbox(service))["items"]] == ["welcome"]
