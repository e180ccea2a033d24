"""Keeping the devices that somebody wants to be reached on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lms_core.domain.errors import Invalid, NotFound, Unauthenticated
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.notification.domain.devices import MAX_DEVICES, Device, DeviceChannel, TooManyDevices, new_device
from services.notification.domain.messages import PUSH
from services.notification.ports.devices import Devices
from services.notification.ports.recipients import Recipients


@dataclass(frozen=True, slots=True)
class AddDevice:
    """Add a device of yours: a phone number for SMS, or the push subscription of a browser or app.

    From then on you are told there what cannot wait (SMS) or is good to know at once (push), beside mail and inbox. A
    device that is there already is renewed, and stays the same. A browser is reached for one person at a time, the one
    who added it last; remove it when they sign out.
    """

    raises: ClassVar = (Invalid, TooManyDevices, Unauthenticated)

    devices: Devices
    recipients: Recipients
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(
        self, me: Principal, *, channel: DeviceChannel, address: str, name: str, p256dh: str, auth: str
    ) -> Device:
        device = new_device(
            id=self.ids.new(),
            owner_id=me.id,
            channel=channel,
            address=address,
            name=name,
            p256dh=p256dh,
            auth=auth,
            at=self.clock.now(),
        )
        async with self.uow:
            await self.recipients.find(me.id)  # locks: one at a time
            if await self.recipients.erased(me.id):  # and their token counts on for minutes
                raise Unauthenticated
            known = await self.devices.find(me.id, channel, device.address)
            if known is not None:
                known.renew(name=device.name, p256dh=p256dh, auth=auth)
                await self.devices.update(known)
                device = known
            else:
                if await self.devices.count(me.id) >= MAX_DEVICES:
                    raise TooManyDevices(most=MAX_DEVICES)
                if channel == PUSH:
                    await self._take(device.address)
                await self.devices.add(device)
                self.uow.audit("device.added", str(me.id), device=str(device.id), channel=channel)
            self.uow.answer(device.id)
        return device

    async def _take(self, endpoint: str) -> None:
        """Who knows the endpoint of a browser sits at it: it is not the one's any more who sat there before."""
        held = await self.devices.at(endpoint)
        if held is not None:
            await self.devices.remove(held)
            self.uow.audit("device.taken", str(held.owner_id), device=str(held.id), channel=held.channel)


@dataclass(frozen=True, slots=True)
class ListDevices:
    """List your devices, the one added last first."""

    raises: ClassVar = ()

    devices: Devices

    async def __call__(self, me: Principal, wanted: Selection) -> list[Device]:
        return await self.devices.of(me.id, wanted)


@dataclass(frozen=True, slots=True)
class ShowDevice:
    """Show one of your devices."""

    raises: ClassVar = (NotFound,)

    devices: Devices

    async def __call__(self, me: Principal, id: UUID) -> Device:
        device = await self.devices.show(id)
        if device.owner_id != me.id:
            raise NotFound
        return device


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """Remove one of your devices: nothing is sent to it any more."""

    raises: ClassVar = (NotFound,)

    devices: Devices
    uow: UnitOfWork

    async def __call__(self, me: Principal, id: UUID) -> None:
        async with self.uow:
            device = await self.devices.get(id)
            if device.owner_id != me.id:
                raise NotFound
            await self.devices.remove(device)
            self.uow.audit("device.removed", str(me.id), device=str(device.id), channel=device.channel)


USE_CASES = (AddDevice, ListDevices, ShowDevice, RemoveDevice)
