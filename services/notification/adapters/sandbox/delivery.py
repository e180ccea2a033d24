"""Mails kept in a table of the service's own database: what would have been sent, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.engine import Database, writing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.types import Json
from lms_core.domain.errors import NotFound
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.notification.adapters.sql.base import Row
from services.notification.domain.delivery import Mail
from services.notification.ports.delivery import Mailbox, Mailer, SentMail


class SandboxMailRow(Row):
    __tablename__ = "sandbox_mail"

    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    headers: Mapped[Any] = mapped_column(Json(dict[str, str]), nullable=False)
    sent_at: Mapped[datetime]


_KEEP = """
INSERT INTO sandbox_mail (idempotency_key, recipient, subject, text, html, headers, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (idempotency_key) DO NOTHING
"""
_LAST = "~"  # after every key
_NEWEST = Query(
    select(*SandboxMailRow.__table__.c)
    .where(
        or_(bindparam("everyone") == 1, SandboxMailRow.recipient == bindparam("recipient")),
        SandboxMailRow.idempotency_key < bindparam("before"),
    )
    .order_by(SandboxMailRow.idempotency_key.desc())
    .limit(bindparam("limit")),
    SentMail,
)


class SandboxMailer(Mailer):
    """Sends nothing, keeps everything, once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        headers = msgspec.json.encode(mail.headers).decode()
        now = to_ms(self._clock.now())
        row = (mail.idempotency_key, mail.to, mail.subject, mail.text, mail.html, headers, now)
        async with writing(self._database) as driver:
            await driver.run(_KEEP, *row)


class SandboxMailbox(Mailbox):
    """Reads what was kept. Keys are message ids, so they sort by time."""

    def __init__(self, reader: Reader, *, closed: bool = False) -> None:
        self._reader = reader
        self._closed = closed

    async def mails(self, recipient: str | None, *, before: str | None, limit: int) -> Sequence[SentMail]:
        if self._closed:
            raise NotFound
        return await self._reader.all(
            _NEWEST, everyone=int(recipient is None), recipient=recipient or "", before=before or _LAST, limit=limit
        )
