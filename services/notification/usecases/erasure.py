"""Forgetting what somebody was told, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.auth import UserErased
from lms_core.ports.uow import UnitOfWork
from services.notification.ports.devices import Devices
from services.notification.ports.erasure import Copies
from services.notification.ports.messages import Messages
from services.notification.ports.recipients import Recipients


@dataclass(frozen=True, slots=True)
class EraseMessages:
    """Somebody was erased: their messages, their devices and what the sandbox kept go.

    Their copy as a recipient is a projection, and goes by itself. Whoever is about to tell them something has locked
    it: either that is done before this, or it is not done at all.
    """

    raises: ClassVar = ()

    recipients: Recipients
    messages: Messages
    devices: Devices
    copies: Copies
    uow: UnitOfWork

    async def __call__(self, event: UserErased) -> None:
        async with self.uow:
            await self.recipients.find(event.user_id)
            await self.copies.remove(await self.messages.remove_of(event.user_id))
            await self.devices.remove_of(event.user_id)


USE_CASES = (EraseMessages,)
