"""People's devices."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from lms_core.domain.selection import Selection
from services.notification.domain.devices import Device, DeviceChannel
from services.notification.domain.messages import Channel


class Devices(Protocol):
    """A person's own."""

    async def find(self, owner_id: UUID, channel: DeviceChannel, address: str) -> Device | None:
        """Inside the unit of work; None when it is not registered."""

    async def at(self, endpoint: str) -> Device | None:
        """The one push subscription with this endpoint, whose ever it is; inside the unit of work."""

    async def count(self, owner_id: UUID) -> int:
        """Inside the unit of work."""

    async def channels(self, owner_id: UUID) -> frozenset[Channel]:
        """On which the person can be reached; inside the unit of work."""

    async def get(self, id: UUID) -> Device:
        """Inside the unit of work. Raises NotFound."""

    async def add(self, device: Device) -> None:
        """Raises Raced when a rival registered it."""

    async def update(self, device: Device) -> None:
        """Inside the unit of work."""

    async def remove(self, device: Device) -> None:
        """Inside the unit of work."""

    async def remove_of(self, owner_id: UUID) -> None:
        """All of a person's; inside the unit of work."""

    async def show(self, id: UUID) -> Device:
        """Read outside any transaction. Raises NotFound."""

    async def of(self, owner_id: UUID, selection: Selection) -> list[Device]:
        """Read outside any transaction."""

    async def on(self, owner_id: UUID, channel: DeviceChannel) -> list[Device]:
        """All of a channel; read outside any transaction."""
