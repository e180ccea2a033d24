"""Bringing messages to people, with no transaction open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from lms_core.contracts.notification import MessageDelivered
from lms_core.domain.errors import NotFound, Unavailable
from lms_core.ports.broadcast import Broadcast
from lms_core.ports.clock import Clock
from lms_core.ports.jobs import JobRun
from lms_core.ports.uow import UnitOfWork
from services.notification.domain.delivery import TRACE, Kept, Mail, Parcel
from services.notification.domain.messages import IN_APP, Channel
from services.notification.domain.realtime import channel_of
from services.notification.domain.templates import Words
from services.notification.ports.delivery import Mailbox, Mailer, Parcels
from services.notification.ports.messages import Messages
from services.notification.ports.templates import Templates
from services.notification.usecases.messages import Deliver


@dataclass(frozen=True, slots=True)
class DeliverMessage:
    """Hand a mail to the mailer, or hint to the live inbox that there is something new; then write down that it went.

    The message's id is the mailer's idempotency key: a repeated run sends nothing twice.
    """

    raises: ClassVar = (Unavailable,)

    parcels: Parcels
    messages: Messages
    templates: Templates
    mailer: Mailer
    broadcast: Broadcast
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, job: Deliver, run: JobRun) -> None:
        parcel = await self.parcels.get(job.message_id)
        if parcel is None or parcel.status != "queued":
            return
        words: Words | None = None
        try:
            if parcel.channel == IN_APP:
                await self.broadcast.send(channel_of(parcel.recipient_id), b"")
            else:
                words = self.templates.render(parcel.kind, parcel.locale, name=parcel.display_name, facts=parcel.facts)
                await self.mailer.send(_mail(parcel, words))
        except Unavailable as error:
            if not run.last:
                raise
            await self._failed(parcel, error)
        else:
            await self._sent(parcel, words, self.clock.now())

    async def _sent(self, parcel: Parcel, words: Words | None, now: datetime) -> None:
        async with self.uow:
            message = await self.messages.get(parcel.message_id)
            if words is not None:
                message.word(title=words.subject, body=words.text, version=words.version)
            message.sent(now)
            await self.messages.update(message)
            self.uow.record(
                MessageDelivered(
                    message_id=message.id,
                    recipient_id=message.recipient_id,
                    topic=message.topic,
                    channel=message.channel,
                    delivered_at=now,
                )
            )

    async def _failed(self, parcel: Parcel, error: Unavailable) -> None:
        async with self.uow:
            message = await self.messages.get(parcel.message_id)
            message.failed(str(error))
            await self.messages.update(message)


def _mail(parcel: Parcel, words: Words) -> Mail:
    return Mail(
        idempotency_key=str(parcel.message_id),
        to=parcel.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        headers={
            TRACE: parcel.trace_id,
            "Content-Language": words.locale,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office replies
        },
    )


@dataclass(frozen=True, slots=True)
class ListKept:
    """What the sandbox kept instead of sending, the newest first. For development."""

    raises: ClassVar = ()

    mailbox: Mailbox

    async def __call__(
        self, *, recipient: str | None, channel: Channel | None, before: str | None, limit: int
    ) -> list[Kept]:
        return await self.mailbox.newest(recipient=recipient, channel=channel, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class ShowKept:
    """One thing that the sandbox kept, as its recipient would see it. For development."""

    raises: ClassVar = (NotFound,)

    mailbox: Mailbox

    async def __call__(self, key: str) -> Kept:
        return await self.mailbox.show(key)


USE_CASES = (DeliverMessage, ListKept, ShowKept)
