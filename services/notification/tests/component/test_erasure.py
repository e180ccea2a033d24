"""Who leaves is forgotten: nothing that was told stays, nothing more is told, in whatever order it is heard of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from lms_adapters.testing.service import ServiceUnderTest
from lms_core.contracts.auth import UserErased
from lms_core.domain.events import Event
from lms_core.testing.fakes import MORNING
from services.notification.domain.delivery import Mail
from services.notification.ports.delivery import Mailer
from services.notification.service import SERVICE
from services.notification.tests.component.stories import (
    ADA,
    BOB,
    BOB_CREATED,
    COMPLETED,
    CREATED,
    ENROLLED,
    INVOICE,
    MAILBOX,
    PUBLISHED,
    REPEATED,
    SUSPENDED,
    inbox,
    mails,
    profile,
)
from services.notification.tests.component.test_devices import BROWSER, DEVICES, PHONE, add

ERASED = UserErased(user_id=ADA, erased_at=MORNING)
TABLES = ("recipient", "message", "device", "sandbox_delivery")


@pytest.fixture
async def service(environ: dict[str, str], tmp_path: Path) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(SERVICE, tmp_path, environ) as running:
        yield running


async def rows(service: ServiceUnderTest) -> dict[str, int]:
    assert service.running.database is not None
    read = service.running.database.read
    return {table: (await read(f"SELECT count(*) FROM {table}", ()))[0][0] for table in TABLES}


async def test_what_was_told_goes_and_others_keep_theirs(service: ServiceUnderTest) -> None:
    await service.receive(BOB_CREATED)
    others = await rows(service)
    await service.receive(CREATED, PUBLISHED)
    await add(service, PHONE)
    await add(service, BROWSER)
    await service.receive(ENROLLED, SUSPENDED, COMPLETED, INVOICE, profile(2, name="Ada King"))
    assert {m["channel"] for m in (await service.client().get(MAILBOX)).json()["items"]} == {"email", "sms", "push"}
    await service.receive(ERASED)
    assert await rows(service) == others
    assert (await inbox(service))["items"] == []
    assert [m["recipient"] for m in await mails(service)] == ["bob@example.org"]
    assert (await service.client("learner", id=BOB).get("/api/v1/notifications")).json()["unread"] == 1


@pytest.mark.parametrize("late", [REPEATED, ENROLLED, SUSPENDED, COMPLETED, INVOICE, profile(2), CREATED])
async def test_what_comes_after_it_is_not_told(service: ServiceUnderTest, late: Event) -> None:
    await service.receive(PUBLISHED, CREATED, ERASED)
    await service.receive(late)
    assert await rows(service) == dict.fromkeys(TABLES, 0)
    assert service.running.workers is not None
    assert await service.running.workers.inbox.backlog() == {}, "nothing waits for them to come back"


async def test_all_at_once_in_the_inbox_is_as_if_it_had_never_been(service: ServiceUnderTest) -> None:
    await service.receive(PUBLISHED, CREATED, ENROLLED, profile(2), COMPLETED, ERASED, INVOICE, drain=False)
    await service.drain()
    assert await rows(service) == dict.fromkeys(TABLES, 0)


async def test_a_token_that_still_counts_adds_no_device(service: ServiceUnderTest) -> None:
    await service.receive(CREATED, ERASED)
    answer = await service.client("learner", id=ADA).post(DEVICES, json=PHONE)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")
    assert await rows(service) == dict.fromkeys(TABLES, 0)


async def test_a_mail_that_was_on_its_way_leaves_no_copy(
    service: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailer = await service.running.container.get(Mailer)
    send, met = type(mailer).send, list[str]()

    async def erased_while_it_goes(self: Mailer, mail: Mail) -> None:
        if not met:
            met.append(mail.to)
            workers = service.running.workers
            assert workers is not None
            await service.receive(ERASED, drain=False)
            for subscription in SERVICE.subscribes:
                await workers.events.once(subscription)
        await send(self, mail)

    monkeypatch.setattr(type(mailer), "send", erased_while_it_goes)
    await service.receive(CREATED)
    assert (await rows(service))["sandbox_delivery"] == 1, "it was handed over after the erasure"
    await service.advance(timedelta(minutes=1))
    assert await rows(service) == dict.fromkeys(TABLES, 0)
    assert met == ["ada@example.org"]
