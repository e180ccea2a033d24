"""The sandbox mailer keeps each mail once, and shows what it kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lms_adapters.platform.settings import BadSettings
from lms_adapters.sql.engine import Database, open_database
from lms_adapters.sql.migrations.runner import migrate
from lms_adapters.sql.reader import Reader
from lms_core.domain.errors import NotFound
from lms_core.testing.fakes import MORNING, FakeClock, fake_id
from services.notification.adapters.sandbox.delivery import SandboxMailbox, SandboxMailer
from services.notification.domain.delivery import Kept, Mail
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
        mailer = SandboxMailer(database, FakeClock())
        await mailer.send(_mail(1))
        await mailer.send(_mail(1, subject="Another"))
        [mail] = await SandboxMailbox(Reader(database)).newest(recipient=None, channel=None, before=None, limit=10)
        assert (mail.subject, mail.headers, mail.sent_at) == ("Hello", {"X-Trace-Id": "ab"}, MORNING)


async def test_the_newest_come_first_page_by_page_for_one_or_for_all(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        mailer, mailbox = SandboxMailer(database, FakeClock()), SandboxMailbox(Reader(database))
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


def test_production_has_no_sandbox() -> None:
    with pytest.raises(BadSettings, match="mail_url"):
        NotificationSettings(profile="production")
