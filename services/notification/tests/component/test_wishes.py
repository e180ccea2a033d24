"""People are told where they want to be; the inbox holds all, and what must come by mail does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.notification import MessageDelivered
from lms_core.contracts.user import Channels, NotificationWishes, TopicChannels
from services.notification.service import SERVICE
from services.notification.tests.component.stories import (
    COMPLETED,
    CREATED,
    ENROLLED,
    INVOICE,
    PUBLISHED,
    REPEATED,
    SUSPENDED,
    inbox,
    mails,
    profile,
)
from services.notification.tests.component.test_devices import BROWSER, PHONE, add

NOTHING = NotificationWishes(email=False, push=False, sms=False)
HAPPENED = (ENROLLED, SUSPENDED, INVOICE, REPEATED, COMPLETED)


async def told(service: ServiceUnderTest) -> Counter[str]:
    """How much came by each channel."""
    return Counter(event.channel for event in await service.published(MessageDelivered))


async def test_who_wants_nothing_has_it_in_the_inbox_and_what_must_be_by_mail(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as service:
        await service.receive(PUBLISHED, profile(2, wishes=NOTHING))
        await service.receive(CREATED)
        await add(service, PHONE)
        await add(service, BROWSER)
        await service.receive(*HAPPENED)
        kinds = [message["kind"] for message in (await inbox(service))["items"]]
        assert sorted(kinds) == ["completed", "enrolled", "receipt", "suspended", "welcome"]
        subjects = [mail["subject"] for mail in await mails(service)]
        assert len(subjects) == 3
        assert "Welcome, Ada" in subjects
        assert "Somebody tried to register with your address" in subjects
        assert any(INVOICE.number in subject for subject in subjects)
        assert await told(service) == {"in-app": 5, "email": 3}
        assert await service.dead_letters() == []


async def test_a_topic_goes_before_the_rest_and_a_change_counts_from_then_on(tmp_path: Path) -> None:
    only_push = NotificationWishes(
        email=False, sms=False, topics=TopicChannels(enrollment=Channels(push=False), progress=None)
    )
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, PUBLISHED, profile(2, wishes=only_push))
        await add(service, PHONE)
        await add(service, BROWSER)
        before = await told(service)
        await service.receive(SUSPENDED)
        assert await told(service) - before == {"in-app": 1, "email": 1, "sms": 1}
        before = await told(service)
        await service.receive(COMPLETED)
        assert await told(service) - before == {"in-app": 1, "push": 1}
        before = await told(service)
        await service.receive(profile(3), INVOICE, ENROLLED)
        assert await told(service) - before == {"in-app": 2, "email": 2}


async def test_a_profile_that_says_nothing_of_it_leaves_everything_as_it_was_before_there_were_wishes(
    tmp_path: Path,
) -> None:
    async with ServiceUnderTest(SERVICE, tmp_path) as service:
        await service.receive(CREATED, PUBLISHED, profile(2))
        await add(service, PHONE)
        await add(service, BROWSER)
        await service.receive(SUSPENDED)
        assert await told(service) == {"in-app": 2, "email": 2, "sms": 1, "push": 1}
