"""What would have gone out, kept in a table of the service's own database to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.engine import Database, writing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.types import Json
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from services.notification.adapters.sql.base import Row
from services.notification.domain.delivery import TRACE, Kept, Mail, Push, Sms
from services.notification.domain.messages import EMAIL, PUSH, SMS, Channel
from services.notification.ports.delivery import Mailbox, Mailer, Pusher, Texter


class SandboxDeliveryRow(Row):
    __tablename__ = "sandbox_delivery"

    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    person: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    headers: Mapped[Any] = mapped_column(Json(dict[str, str]), nullable=False)
    sent_at: Mapped[datetime]


_KEEP = """
INSERT INTO sandbox_delivery (idempotency_key, channel, recipient, person, subject, text, html, headers, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (idempotency_key) DO NOTHING
"""


class SandboxStore:
    """Keeps what would have gone out, each key once, as it was first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(
        self,
        key: str,
        channel: Channel,
        *,
        recipient: str,
        person: str,
        headers: Mapping[str, str],
        subject: str = "",
        text: str,
        html: str = "",
    ) -> None:
        """Write it down."""
        said = msgspec.json.encode(headers).decode()
        row = (key, channel, recipient, person, subject, text, html, said, to_ms(self._clock.now()))
        async with writing(self._database) as driver:
            await driver.run(_KEEP, *row)


class SandboxMailer(Mailer):
    """Sends nothing."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def send(self, mail: Mail) -> None:
        await self._store.keep(
            mail.idempotency_key,
            EMAIL,
            recipient=mail.to,
            person=mail.to,
            headers=mail.headers,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
        )


class SandboxTexter(Texter):
    """Sends nothing."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def send(self, sms: Sms) -> None:
        headers = {TRACE: sms.trace_id}
        await self._store.keep(
            sms.idempotency_key, SMS, recipient=sms.to, person=sms.person, headers=headers, text=sms.text
        )


class SandboxPusher(Pusher):
    """Sends nothing."""

    def __init__(self, store: SandboxStore) -> None:
        self._store = store

    async def send(self, push: Push) -> None:
        await self._store.keep(
            push.idempotency_key,
            PUSH,
            recipient=push.to.name or push.to.address,
            person=push.person,
            headers={TRACE: push.trace_id, "Endpoint": push.to.address, "Link": push.url},
            subject=push.title,
            text=push.body,
        )


_LAST = "~"  # after every key
_KEPT = select(*SandboxDeliveryRow.__table__.c)
_ONE = Query(_KEPT.where(SandboxDeliveryRow.idempotency_key == bindparam("key")), Kept)
_NEWEST = Query(
    _KEPT.where(
        or_(
            bindparam("recipient") == "",
            SandboxDeliveryRow.recipient == bindparam("recipient"),
            SandboxDeliveryRow.person == bindparam("recipient"),
        ),
        or_(bindparam("channel") == "", SandboxDeliveryRow.channel == bindparam("channel")),
        SandboxDeliveryRow.idempotency_key < bindparam("before"),
    )
    .order_by(SandboxDeliveryRow.idempotency_key.desc())
    .limit(bindparam("limit")),
    Kept,
)


class SandboxMailbox(Mailbox):
    """Reads what was kept. Keys begin with message ids, so they sort by time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def newest(
        self, *, recipient: str | None, channel: Channel | None, before: str | None, limit: int
    ) -> list[Kept]:
        return await self._reader.all(
            _NEWEST, recipient=recipient or "", channel=channel or "", before=before or _LAST, limit=limit
        )

    async def show(self, key: str) -> Kept:
        return await self._reader.get(_ONE, key=key)
