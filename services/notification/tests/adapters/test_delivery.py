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
from services.notification.domain.delivery import Mail
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
        [mail] = await SandboxMailbox(Reader(database)).mails(None, before=None, limit=10)
        assert (mail.subject, mail.headers, mail.sent_at) == ("Hello", {"X-Trace-Id": "ab"}, MORNING)


async def test_the_newest_come_first_page_by_page_for_one_or_for_all(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        mailer, mailbox = SandboxMailer(database, FakeClock()), SandboxMailbox(Reader(database))
        for n in (1, 2, 3):
            await mailer.send(_mail(n, to="bob@example.org" if n == 2 else "ada@example.org"))
        keys = [m.idempotency_key for m in await mailbox.mails(None, before=None, limit=2)]
        assert keys == [str(fake_id(3)), str(fake_id(2))]
        rest = await mailbox.mails(None, before=keys[-1], limit=2)
        assert [m.idempotency_key for m in rest] == [str(fake_id(1))]
        assert [m.recipient for m in await mailbox.mails("bob@example.org", before=None, limit=9)] == [
            "bob@example.org"
        ]


async def test_production_has_no_mailbox_and_no_sandbox(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        with pytest.raises(NotFound):
            await SandboxMailbox(Reader(database), closed=True).mails(None, before=None, limit=1)
    with pytest.raises(BadSettings, match="mail_url"):
        NotificationSettings(profile="production")
