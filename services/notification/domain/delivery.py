"""Messages on their way, by mail, SMS and push, and what they are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from lms_core.domain.errors import Invalid, NotFound
from services.notification.domain.devices import Device
from services.notification.domain.messages import Channel, Facts, Kind, Status
from services.notification.domain.templates import one_line

TRACE: Final = "X-Trace-Id"
"""The header that leads back to the click."""


class NotOneLine(Invalid, code="notification/not-one-line"):
    """A header of a mail must be one line of visible text."""


class NoDevice(NotFound, code="notification/no-device"):
    """The person has no device of the channel any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a mailer is given. Raises NotOneLine when a header would break into two."""

    idempotency_key: str
    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]

    def __post_init__(self) -> None:
        for value in (self.idempotency_key, self.to, self.subject, *self.headers, *self.headers.values()):
            if value != one_line(value):
                raise NotOneLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """What a texter is given."""

    idempotency_key: str
    to: str
    person: str
    """Who it is for, by their e-mail address: for whoever looks into it later."""
    text: str
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a pusher is given."""

    idempotency_key: str
    to: Device
    person: str
    """As in an SMS."""
    title: str
    body: str
    url: str
    """Where it leads."""
    trace_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a person reads of a message, where it is put into words on its way."""

    title: str
    body: str
    version: int
    """Of the template."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The channels to devices that somebody carries here: by the settings."""

    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message with the address it goes to, as both are now."""

    message_id: UUID
    recipient_id: UUID
    kind: Kind
    channel: Channel
    facts: Facts
    status: Status
    trace_id: str
    email: str
    display_name: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the sandbox kept instead of sending it."""

    idempotency_key: str
    channel: Channel
    recipient: str
    """Where it went: an address, on the channel's terms."""
    person: str
    """Who it is for, by their e-mail address."""
    subject: str
    text: str
    html: str
    """Empty on channels that have none."""
    headers: dict[str, str]
    sent_at: datetime

    @property
    def trace_id(self) -> str:
        """Of the click that caused it."""
        return self.headers.get(TRACE, "")
