"""Devices on SQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms_adapters.sql.listing import Listing
from lms_adapters.sql.reader import Query, Reader
from lms_adapters.sql.repository import Repository
from lms_core.domain.errors import Conflict, Raced
from lms_core.domain.selection import Selection
from services.notification.adapters.sql.base import Row
from services.notification.domain.devices import Device, DeviceChannel
from services.notification.domain.messages import PUSH, Channel
from services.notification.ports.devices import Devices

_IS_PUSH = text("channel = 'push'")


class DeviceRow(Row):
    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("owner_id", "channel", "address"),
        Index(None, "owner_id", "added_at", "id"),
        Index(None, "address", unique=True, sqlite_where=_IS_PUSH, postgresql_where=_IS_PUSH),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    channel: Mapped[str]
    address: Mapped[str]
    name: Mapped[str]
    p256dh: Mapped[str]
    auth: Mapped[str]
    added_at: Mapped[datetime]


_DEVICE = select(*DeviceRow.__table__.columns)
_MINE = DeviceRow.owner_id == bindparam("owner")
_SHOW = Query(_DEVICE.where(DeviceRow.id == bindparam("id")), Device)
_OF = Listing(_DEVICE.where(_MINE), Device)
_ON = Query(_DEVICE.where(_MINE, DeviceRow.channel == bindparam("channel")).order_by(DeviceRow.id), Device)


class SqlDevices(Devices):
    def __init__(self, session: AsyncSession, reader: Reader) -> None:
        self._session = session
        self._rows = Repository(session, DeviceRow, Device)
        self._reader = reader

    async def find(self, owner_id: UUID, channel: DeviceChannel, address: str) -> Device | None:
        return await self._rows.one(owner_id=owner_id, channel=channel, address=address)

    async def at(self, endpoint: str) -> Device | None:
        return await self._rows.one(channel=PUSH, address=endpoint)

    async def count(self, owner_id: UUID) -> int:
        mine = select(func.count()).select_from(DeviceRow).where(DeviceRow.owner_id == owner_id)
        return await self._session.scalar(mine) or 0

    async def channels(self, owner_id: UUID) -> frozenset[Channel]:
        mine = select(DeviceRow.channel).where(DeviceRow.owner_id == owner_id).distinct()
        return frozenset(await self._session.scalars(mine))

    async def get(self, id: UUID) -> Device:
        return await self._rows.get(id, lock=True)

    async def add(self, device: Device) -> None:
        try:
            await self._rows.add(device)
        except Conflict:
            raise Raced from None

    async def update(self, device: Device) -> None:
        await self._rows.update(device)

    async def remove(self, device: Device) -> None:
        await self._session.execute(delete(DeviceRow).where(DeviceRow.id == device.id))

    async def remove_of(self, owner_id: UUID) -> None:
        await self._session.execute(delete(DeviceRow).where(DeviceRow.owner_id == owner_id))

    async def show(self, id: UUID) -> Device:
        return await self._reader.get(_SHOW, id=id)

    async def of(self, owner_id: UUID, selection: Selection) -> list[Device]:
        return await _OF.some(self._reader, selection, owner=owner_id)

    async def on(self, owner_id: UUID, channel: DeviceChannel) -> list[Device]:
        return await self._reader.all(_ON, owner=owner_id, channel=channel)
