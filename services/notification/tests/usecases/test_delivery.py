"""Delivery: nothing is lost, nothing is told twice, and giving up is written down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from lms_adapters.broadcast.memory import MemoryBroadcast
from lms_core.contracts.notification import MessageDelivered
from lms_core.domain.errors import Unavailable
from lms_core.ports.jobs import JobRun
from lms_core.testing.fakes import MORNING, FakeClock, FakeUnitOfWork, fake_id
from services.notification.adapters.jinja.templates import JinjaTemplates
from services.notification.domain.delivery import Mail, Parcel, Push, Sms
from services.notification.domain.devices import Device, DeviceChannel
from services.notification.domain.messages import Channel, Message
from services.notification.domain.realtime import channel_of
from services.notification.ports.delivery import Mailer, Parcels, Pusher, Texter
from services.notification.ports.messages import Messages
from services.notification.tests.usecases.fakes import FakeCopies, FakeDevices
from services.notification.usecases.delivery import Carry, Deliver, DeliverMessage

ADA = fake_id(7)
PARCEL = Parcel(
    message_id=fake_id(1),
    recipient_id=ADA,
    kind="welcome",
    channel="email",
    facts={},
    status="queued",
    trace_id="0af7651916cd43dd8448eb211c80319c",
    email="ada@example.org",
    display_name="Ada",
    locale="de-AT",
)


@dataclass
class FakeMailer(Mailer):
    uow: FakeUnitOfWork
    down: bool = False
    sent: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        assert not self.uow._open, "no transaction may be open while a mail is sent"
        if self.down:
            raise Unavailable("the mail server does not answer")
        self.sent.append(mail)


@dataclass
class FakeTexter(Texter):
    sent: list[Sms] = field(default_factory=list)

    async def send(self, sms: Sms) -> None:
        self.sent.append(sms)


@dataclass
class FakePusher(Pusher):
    down: set[str] = field(default_factory=set)
    sent: list[Push] = field(default_factory=list)

    async def send(self, push: Push) -> None:
        if push.to.name in self.down:
            raise Unavailable("the push service does not answer")
        self.sent.append(push)


def device(n: int, channel: DeviceChannel, address: str, name: str = "") -> Device:
    return Device(
        id=fake_id(n), owner_id=ADA, channel=channel, address=address, name=name, p256dh="", auth="", added_at=MORNING
    )


@dataclass
class FakeParcels(Parcels):
    parcel: Parcel | None

    async def get(self, message_id: UUID) -> Parcel | None:
        return self.parcel


class FakeMessages(Messages):
    def __init__(self, channel: Channel) -> None:
        self.message = Message(
            id=fake_id(1),
            recipient_id=ADA,
            kind="welcome",
            channel=channel,
            once="welcome",
            facts={},
            created_at=MORNING,
        )

    async def get(self, id: UUID) -> Message:
        return self.message

    async def told(self, once: str) -> bool:
        return False

    async def next_position(self, recipient_id: UUID) -> int:
        return 1

    async def add(self, message: Message) -> None:
        self.message = message

    async def update(self, message: Message) -> None:
        self.message = message

    async def remove_of(self, recipient_id: UUID) -> list[UUID]:
        return []


class Scene:
    def __init__(self, parcel: Parcel | None = PARCEL, *, down: bool = False) -> None:
        self.uow = FakeUnitOfWork()
        self.mailer = FakeMailer(self.uow, down)
        self.messages = FakeMessages(parcel.channel if parcel else "email")
        self.broadcast = MemoryBroadcast()
        self.texter, self.pusher, self.devices = FakeTexter(), FakePusher(), FakeDevices()
        carry = Carry(
            JinjaTemplates("https://learn.example.org"),
            self.devices,
            self.mailer,
            self.texter,
            self.pusher,
            self.broadcast,
        )
        self.copies = FakeCopies()
        self.deliver = DeliverMessage(FakeParcels(parcel), self.messages, self.copies, carry, self.uow, FakeClock())

    async def run(self, *, last: bool = False) -> None:
        await self.deliver(Deliver(message_id=fake_id(1)), JobRun("job", 10 if last else 1, last))


async def test_a_mail_carries_the_trace_and_goes_out_in_the_persons_language() -> None:
    scene = Scene()
    await scene.run()
    [mail] = scene.mailer.sent
    assert (mail.idempotency_key, mail.to, mail.subject) == (str(fake_id(1)), "ada@example.org", "Willkommen, Ada")
    assert mail.headers["X-Trace-Id"] == PARCEL.trace_id
    assert mail.headers["Content-Language"] == "de"
    message = scene.messages.message
    assert (message.status, message.sent_at, message.title) == ("sent", MORNING, "Willkommen, Ada")
    delivered = scene.uow.only(MessageDelivered)
    assert (delivered.message_id, delivered.topic, delivered.channel) == (fake_id(1), "account", "email")


@pytest.mark.parametrize("last", [False, True])
async def test_a_mailer_that_is_away_fails_no_message(last: bool) -> None:
    scene = Scene(down=True)
    with pytest.raises(Unavailable):
        await scene.run(last=last)
    assert scene.messages.message.status == "queued"
    assert scene.uow.events == []


async def test_of_a_message_that_was_erased_no_copy_stays() -> None:
    scene = Scene(None)
    await scene.run()
    assert (scene.mailer.sent, scene.copies.removed) == ([], [fake_id(1)])


@pytest.mark.parametrize("parcel", [replace(PARCEL, status="sent"), replace(PARCEL, status="failed")])
async def test_what_is_done_is_left_alone(parcel: Parcel) -> None:
    scene = Scene(parcel)
    await scene.run()
    assert scene.mailer.sent == []
    assert not scene.uow._entered


async def test_an_in_app_message_is_a_hint_to_who_listens() -> None:
    scene = Scene(replace(PARCEL, channel="in-app"))
    async with scene.broadcast.listen(channel_of(ADA)) as hints:
        await scene.run()
        assert await anext(hints) == b""
    assert scene.mailer.sent == []
    assert scene.uow.only(MessageDelivered).channel == "in-app"


async def test_an_sms_goes_to_every_phone_and_is_short() -> None:
    scene = Scene(replace(PARCEL, channel="sms"))
    scene.devices.devices = [
        device(11, "sms", "+4930901820"),
        device(12, "push", "https://push.example.org/1"),
        device(13, "sms", "+43123456"),
    ]
    await scene.run()
    assert [(sms.to, sms.idempotency_key) for sms in scene.texter.sent] == [
        ("+4930901820", f"{fake_id(1)}.{fake_id(11)}"),
        ("+43123456", f"{fake_id(1)}.{fake_id(13)}"),
    ]
    assert scene.texter.sent[0].text.endswith(" https://learn.example.org")
    assert len(scene.texter.sent[0].text) < 160
    assert scene.texter.sent[0].trace_id == PARCEL.trace_id
    assert (scene.mailer.sent, scene.pusher.sent) == ([], [])
    assert scene.uow.only(MessageDelivered).channel == "sms"
    assert scene.messages.message.body in scene.texter.sent[0].text


async def test_a_push_that_reached_one_of_two_devices_is_tried_again_under_the_same_keys() -> None:
    scene = Scene(replace(PARCEL, channel="push"))
    scene.devices.devices = [device(n, "push", f"https://push.example.org/{n}", f"{n}") for n in (11, 12)]
    scene.pusher.down = {"12"}
    with pytest.raises(Unavailable):
        await scene.run()
    assert scene.uow.events == []
    scene.pusher.down.clear()
    await scene.run()
    assert [push.to.name for push in scene.pusher.sent] == ["11", "11", "12"]
    assert len({push.idempotency_key for push in scene.pusher.sent}) == 2
    push = scene.pusher.sent[0]
    assert (push.title, push.url) == ("Willkommen, Ada", "https://learn.example.org")
    assert scene.uow.only(MessageDelivered).channel == "push"


@pytest.mark.parametrize("channel", ["sms", "push"])
async def test_without_a_device_left_it_is_given_up_at_once(channel: Channel) -> None:
    scene = Scene(replace(PARCEL, channel=channel))
    await scene.run()
    message = scene.messages.message
    assert (message.status, message.error) == ("failed", "The person has no device of the channel any more")
    assert scene.uow.events == []
