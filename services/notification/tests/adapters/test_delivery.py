"""The sandbox mailer keeps each mail once, and shows what it kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from lms_adapters.platform.settings import BadSettings
from lms_adapters.sql.engine import Database, open_database
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.reader import Reader
from lms_core.domain.errors import NotFound
from lms_core.testing.fakes import MORNING, FakeClock, fake_id
from services.notification.adapters.sandbox.delivery import (
    SandboxMailbox,
    SandboxMailer,
    SandboxPusher,
    SandboxStore,
    SandboxTexter,
)
from services.notification.domain.delivery import Kept, Mail, Push, Sms
from services.notification.domain.devices import Device
from services.notification.domain.messages import Channel
from services.notification.service import SERVICE
from services.notification.settings import NotificationSettings


def _mail(n: int, to: str = "ada@example.org", subject: str = "Hello") -> Mail:
    return Mail(
        idempotency_key=str(fake_id(n)), to=to, subject=subject, text="t", html="<p>t</p>", headers={"X-Trace-Id": "ab"}
    )


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite:///{folder}/notification.db")
    await database.open()
    try:
        await migrate(database, SERVICE.revisions)
        yield database
    finally:
        await database.close()


async def test_a_repeated_mail_is_kept_once_as_it_was_first(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        mailer = SandboxMailer(SandboxStore(database, FakeClock()))
        await mailer.send(_mail(1))
        await mailer.send(_mail(1, subject="Another"))
        [mail] = await SandboxMailbox(Reader(database)).newest(recipient=None, channel=None, before=None, limit=10)
        assert (mail.subject, mail.headers, mail.sent_at) == ("Hello", {"X-Trace-Id": "ab"}, MORNING)


async def test_the_newest_come_first_page_by_page_for_one_or_for_all(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        mailer, mailbox = SandboxMailer(SandboxStore(database, FakeClock())), SandboxMailbox(Reader(database))
        for n in (1, 2, 3):
            await mailer.send(_mail(n, to="bob@example.org" if n == 2 else "ada@example.org"))

        async def newest(recipient: str | None = None, before: str | None = None, limit: int = 9) -> list[Kept]:
            return await mailbox.newest(recipient=recipient, channel="email", before=before, limit=limit)

        keys = [m.idempotency_key for m in await newest(limit=2)]
        assert keys == [str(fake_id(3)), str(fake_id(2))]
        assert [m.idempotency_key for m in await newest(before=keys[-1])] == [str(fake_id(1))]
        assert [m.recipient for m in await newest("bob@example.org")] == ["bob@example.org"]
        assert (await mailbox.show(keys[0])).trace_id == "ab"
        with pytest.raises(NotFound):
            await mailbox.show("nothing")


async def test_sms_and_pushes_are_kept_once_and_found_by_address_and_by_person(tmp_path: Path) -> None:
    phone = Device(
        id=fake_id(7),
        owner_id=fake_id(8),
        channel="push",
        address="https://push.example.org/1",
        name="Ada's phone",
        p256dh="",
        auth="",
        added_at=MORNING,
    )
    sms = Sms(idempotency_key="a/1", to="+4930901820", person="ada@example.org", text="Hello", trace_id="ab")
    push = Push(
        idempotency_key="b/1",
        to=phone,
        person="ada@example.org",
        title="T",
        body="B",
        url="https://l.org",
        trace_id="cd",
    )
    async with _database(tmp_path) as database:
        store, mailbox = SandboxStore(database, FakeClock()), SandboxMailbox(Reader(database))
        for _ in range(2):
            await SandboxTexter(store).send(sms)
            await SandboxPusher(store).send(push)

        async def kept(recipient: str | None = None, channel: Channel | None = None) -> list[tuple[str, str, str]]:
            found = await mailbox.newest(recipient=recipient, channel=channel, before=None, limit=9)
            return [(one.channel, one.recipient, one.trace_id) for one in found]

        a_push, an_sms = ("push", "Ada's phone", "cd"), ("sms", "+4930901820", "ab")
        assert await kept() == await kept("ada@example.org") == [a_push, an_sms]
        assert await kept("+4930901820") == await kept(channel="sms") == [an_sms]
        assert (await mailbox.show("b/1")).headers["Endpoint"] == "https://push.example.org/1"


@pytest.mark.parametrize("name", ["mail_url", "sms_url", "push_url"])
def test_production_has_no_sandbox(name: str) -> None:
    fit = NotificationSettings(profile="production", mail_url="smtp://localhost", sms_url="", push_url="")
    with pytest.raises(BadSettings, match=name):
        msgspec.structs.replace(fit, **{name: "sandbox://"})
