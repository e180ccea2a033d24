"""What somebody can be reached on beside their mail: phones, and browsers or apps that take pushes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from lms_core.domain.errors import Conflict, Invalid, Most
from services.notification.domain.templates import one_line

DeviceChannel = Literal["sms", "push"]
MAX_DEVICES: Final = 10
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_RESERVED = {"arpa", "internal", "invalid", "local", "localhost", "onion", "test"}
_USUAL = {"corp", "home", "intranet", "lan", "localdomain", "private"}
_INSIDE = _RESERVED | _USUAL
"""Ends of names that are never public: what is reserved (RFC 6761, 6762, 7686, 8375), what networks use inside."""
_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}={0,2}")


class TooManyDevices(Conflict, code="notification/too-many-devices", tells=Most):
    """There are as many devices as there may be: remove one first."""


@dataclass(slots=True, kw_only=True)
class Device:
    """A person's own. Its address says where it is on its channel."""

    id: UUID
    owner_id: UUID
    channel: DeviceChannel
    address: str
    """A phone number (E.164), or the endpoint of a push subscription (RFC 8030)."""
    name: str
    """What its owner calls it."""
    p256dh: str
    auth: str
    """The subscription's keys, that pushes are encrypted with (RFC 8291); empty for a phone."""
    added_at: datetime

    def renew(self, *, name: str, p256dh: str, auth: str) -> None:
        """It registered again: browsers do whenever they start."""
        self.name, self.p256dh, self.auth = name, p256dh, auth


def new_device(
    *, id: UUID, owner_id: UUID, channel: DeviceChannel, address: str, name: str, p256dh: str, auth: str, at: datetime
) -> Device:
    """Raises Invalid at what is wrong."""
    if channel == "sms":
        address = re.sub(r"[ ()/.-]", "", address)
        if _NUMBER.fullmatch(address) is None:
            raise Invalid.at("#/address", "is a phone number with its country, such as +49 30 901820")
        if p256dh or auth:
            raise Invalid.at("#/keys", "belong to a push subscription")
    else:
        _check_endpoint(address)
        if _KEY.fullmatch(p256dh) is None or _KEY.fullmatch(auth) is None:
            raise Invalid.at("#/keys", "are those of the push subscription, in base64url")
    return Device(
        id=id,
        owner_id=owner_id,
        channel=channel,
        address=address,
        name=one_line(name),
        p256dh=p256dh,
        auth=auth,
        added_at=at,
    )


def _check_endpoint(address: str) -> None:
    """Pushes go where it says: only to a public name, over TLS."""
    try:
        parts = urlsplit(address)
        fits = parts.scheme == "https" and parts.username is None and parts.port in (None, 443)
        host = parts.hostname or ""
    except ValueError:
        fits, host = False, ""
    named = re.fullmatch(r"[a-z0-9.-]+\.([a-z]{2,})", host)
    public = named is not None and named[1] not in _INSIDE
    if not fits or not public or address != one_line(address) or " " in address:
        raise Invalid.at("#/address", "is the https endpoint of a push subscription")
