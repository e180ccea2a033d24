"""Who people are, and the first words to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.auth import RegistrationRepeated, UserCreated, UserErased
from lms_core.contracts.user import Channels, NotificationWishes, ProfileUpdated
from lms_core.domain.errors import NotYet
from lms_core.ports.uow import UnitOfWork
from services.notification.domain.messages import Channel
from services.notification.domain.recipients import EVERYWHERE, REST, Recipient
from services.notification.ports.recipients import Recipients
from services.notification.usecases.messages import Tell


@dataclass(frozen=True, slots=True)
class KeepRecipient:
    """Keep a copy of who somebody is. Account and profile may arrive in either order; who was erased has no names."""

    raises: ClassVar = ()

    recipients: Recipients

    async def __call__(self, event: UserCreated | ProfileUpdated | UserErased) -> None:
        if isinstance(event, UserErased):
            await self.recipients.remove(event.user_id)
            return
        if event.display_name is None:
            return
        recipient = await self.recipients.find(event.user_id) or Recipient(id=event.user_id)
        if isinstance(event, UserCreated):
            recipient.registered(email=event.email, display_name=event.display_name, locale=event.locale)
        else:
            recipient.changed(
                display_name=event.display_name,
                locale=event.locale,
                wishes=_wishes(event.notifications),
                version=event.version,
            )
        await self.recipients.put(recipient)


def _wishes(told: NotificationWishes | None) -> dict[str, tuple[Channel, ...]]:
    if told is None:
        return {}
    chosen = {topic: getattr(told.topics, topic) for topic in told.topics.__struct_fields__}
    return {topic: _on(channels) for topic, channels in ({REST: told} | chosen).items() if channels is not None}


def _on(channels: Channels) -> tuple[Channel, ...]:
    return tuple(channel for channel in EVERYWHERE if getattr(channels, channel))


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody registered: welcome them."""

    raises: ClassVar = (NotYet,)

    tell: Tell
    uow: UnitOfWork

    async def __call__(self, event: UserCreated) -> None:
        async with self.uow:
            await self.tell("welcome", event.user_id, once=f"welcome/{event.user_id}")


@dataclass(frozen=True, slots=True)
class WarnOwner:
    """Somebody tried to register an address that has an account: tell its owner, at most once a day."""

    raises: ClassVar = (NotYet,)

    tell: Tell
    uow: UnitOfWork

    async def __call__(self, event: RegistrationRepeated) -> None:
        once = f"registration-repeated/{event.user_id}/{event.attempted_at:%Y-%m-%d}"
        async with self.uow:
            await self.tell("registration-repeated", event.user_id, once=once)


USE_CASES = (KeepRecipient, Welcome, WarnOwner)
