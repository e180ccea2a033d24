"""Devices and copies in memory."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.domain.selection import Selection
from services.notification.domain.devices import Device, DeviceChannel
from services.notification.domain.messages import Channel
from services.notification.ports.devices import Devices
from services.notification.ports.erasure import Copies


class FakeDevices(Devices):
    def __init__(self) -> None:
        self.devices: list[Device] = []

    async def find(self, owner_id: UUID, channel: DeviceChannel, address: str) -> Device | None:
        return next((d for d in await self.on(owner_id, channel) if d.address == address), None)

    async def at(self, endpoint: str) -> Device | None:
        return next((d for d in self.devices if (d.channel, d.address) == ("push", endpoint)), None)

    async def count(self, owner_id: UUID) -> int:
        return len([d for d in self.devices if d.owner_id == owner_id])

    async def channels(self, owner_id: UUID) -> frozenset[Channel]:
        return frozenset(d.channel for d in self.devices if d.owner_id == owner_id)

    async def get(self, id: UUID) -> Device:
        found = [d for d in self.devices if d.id == id]
        if not found:
            raise NotFound
        return found[0]

    async def add(self, device: Device) -> None:
        self.devices.append(device)

    async def update(self, device: Device) -> None:
        """They are the same objects."""

    async def remove(self, device: Device) -> None:
        self.devices.remove(device)

    async def remove_of(self, owner_id: UUID) -> None:
        self.devices = [d for d in self.devices if d.owner_id != owner_id]

    async def show(self, id: UUID) -> Device:
        return await self.get(id)

    async def of(self, owner_id: UUID, selection: Selection) -> list[Device]:
        return [d for d in self.devices if d.owner_id == owner_id]

    async def on(self, owner_id: UUID, channel: DeviceChannel) -> list[Device]:
        return [d for d in self.devices if (d.owner_id, d.channel) == (owner_id, channel)]


class FakeCopies(Copies):
    def __init__(self) -> None:
        self.removed: list[UUID] = []

    async def remove(self, message_ids: Sequence[UUID]) -> None:
        self.removed += message_ids
