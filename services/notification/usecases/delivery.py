"""Bringing messages to people, with no transaction open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from lms_core.contracts.notification import MessageDelivered
from lms_core.domain.errors import NotFound, Refusal, Unavailable
from lms_core.ports.broadcast import Broadcast
from lms_core.ports.clock import Clock
from lms_core.ports.jobs import Job, JobRun, job
from lms_core.ports.uow import UnitOfWork
from services.notification.domain.delivery import TRACE, Kept, Mail, NoDevice, Parcel, Push, Sms, Told
from services.notification.domain.devices import Device
from services.notification.domain.messages import EMAIL, IN_APP, SMS, Channel
from services.notification.domain.realtime import channel_of
from services.notification.domain.templates import Words
from services.notification.ports.delivery import Mailbox, Mailer, Parcels, Pusher, Texter
from services.notification.ports.devices import Devices
from services.notification.ports.erasure import Copies
from services.notification.ports.messages import Messages
from services.notification.ports.templates import Templates


@job("notification.deliver")
class Deliver(Job, frozen=True, kw_only=True):
    """Bring a message to its recipient."""

    message_id: UUID


@dataclass(frozen=True, slots=True)
class Carry:
    """Hand a message to who brings it on its channel, with no transaction open.

    Each thing handed over has an idempotency key of its own: a repeated run sends nothing twice.
    """

    raises: ClassVar = (Unavailable, NoDevice)

    templates: Templates
    devices: Devices
    mailer: Mailer
    texter: Texter
    pusher: Pusher
    broadcast: Broadcast

    async def __call__(self, parcel: Parcel) -> Told | None:
        """What was said; None where the message has its words already."""
        if parcel.channel == IN_APP:
            await self.broadcast.send(channel_of(parcel.recipient_id), b"")
            return None
        words = self.templates.render(parcel.kind, parcel.locale, name=parcel.display_name, facts=parcel.facts)
        if parcel.channel == EMAIL:
            await self.mailer.send(_mail(parcel, words))
            return Told(words.subject, words.text, words.version)
        devices = await self.devices.on(parcel.recipient_id, parcel.channel)
        if not devices:
            raise NoDevice
        for device in devices:
            if device.channel == SMS:
                await self.texter.send(_sms(parcel, words, device))
            else:
                await self.pusher.send(_push(parcel, words, device))
        return Told(words.subject, words.notice, words.version)


@dataclass(frozen=True, slots=True)
class DeliverMessage:
    """Bring a message to its person, then write down that it went.

    While who brings it is away it stays queued, even when its job is given up: an operator can let that run again.
    """

    raises: ClassVar = (Unavailable,)

    parcels: Parcels
    messages: Messages
    copies: Copies
    carry: Carry
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, job: Deliver, run: JobRun) -> None:
        parcel = await self.parcels.get(job.message_id)
        if parcel is None:  # erased; a run that was broken off may have left a copy
            async with self.uow:
                await self.copies.remove([job.message_id])
            return
        if parcel.status != "queued":
            return
        try:
            told = await self.carry(parcel)
        except NoDevice as error:
            await self._failed(parcel, error)
        else:
            await self._sent(parcel, told, self.clock.now())

    async def _sent(self, parcel: Parcel, told: Told | None, now: datetime) -> None:
        async with self.uow:
            message = await self.messages.get(parcel.message_id)
            if told is not None:
                message.word(title=told.title, body=told.body, version=told.version)
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

    async def _failed(self, parcel: Parcel, error: Refusal) -> None:
        async with self.uow:
            message = await self.messages.get(parcel.message_id)
            message.failed(str(error) or error.title())
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


def _sms(parcel: Parcel, words: Words, device: Device) -> Sms:
    return Sms(
        idempotency_key=f"{parcel.message_id}.{device.id}",
        to=device.address,
        person=parcel.email,
        text=f"{words.notice} {words.url}",
        trace_id=parcel.trace_id,
    )


def _push(parcel: Parcel, words: Words, device: Device) -> Push:
    return Push(
        idempotency_key=f"{parcel.message_id}.{device.id}",
        to=device,
        person=parcel.email,
        title=words.subject,
        body=words.notice,
        url=words.url,
        trace_id=parcel.trace_id,
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
STEPS = (Carry,)
