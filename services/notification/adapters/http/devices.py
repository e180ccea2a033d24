"""Devices of the one who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, post
from litestar.params import FromPath, JSONBody

from lms_adapters.web.auth import Me, requires
from lms_adapters.web.collection import Collection, Page, Wanted
from lms_adapters.web.inject import FromDishka, inject, repeatable
from lms_adapters.web.messages import Body, View, view
from services.notification.domain.devices import DeviceChannel
from services.notification.usecases.devices import AddDevice, ListDevices, RemoveDevice, ShowDevice


class PushKeys(Body, frozen=True, kw_only=True):
    """As the browser gives them (`PushSubscription.toJSON().keys`)."""

    p256dh: Annotated[str, msgspec.Meta(max_length=200)]
    auth: Annotated[str, msgspec.Meta(max_length=200)]


class DeviceBody(Body, frozen=True, kw_only=True):
    channel: DeviceChannel
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=2000, examples=["+49 30 901820"])]
    """A phone number with its country, or the endpoint of the push subscription."""
    name: Annotated[str, msgspec.Meta(max_length=60, examples=["My phone"])] = ""
    """What its owner calls it."""
    keys: PushKeys | None = None
    """Of the push subscription."""


class DeviceView(View, kw_only=True):
    id: UUID
    channel: DeviceChannel
    address: str
    """A phone number (E.164), or the endpoint of the push subscription."""
    name: str
    """What its owner calls it."""
    added_at: datetime


DEVICES = Collection(DeviceView, sort=("-added_at",), filters=("id", "channel", "added_at"))


class DevicesController(Controller):
    path = "/devices"

    @post(guards=[requires("device:manage")])
    @repeatable(ShowDevice)
    @inject
    async def add_device(self, data: JSONBody[DeviceBody], me: Me, add: FromDishka[AddDevice]) -> DeviceView:
        device = await add(
            me,
            channel=data.channel,
            address=data.address,
            name=data.name,
            p256dh=data.keys.p256dh if data.keys else "",
            auth=data.keys.auth if data.keys else "",
        )
        return view(device, DeviceView)

    @DEVICES.get(guards=[requires("device:manage")])
    @inject
    async def list_devices(
        self, me: Me, wanted: Wanted, devices: FromDishka[ListDevices]
    ) -> Response[Page[DeviceView]]:
        return DEVICES.page(wanted, await devices(me, wanted))

    @delete("/{device_id:uuid}", guards=[requires("device:manage")])
    @inject
    async def remove_device(self, device_id: FromPath[UUID], me: Me, remove: FromDishka[RemoveDevice]) -> None:
        await remove(me, device_id)
