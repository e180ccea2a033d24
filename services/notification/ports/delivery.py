"""Bringing messages to people."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from services.notification.domain.delivery import Kept, Mail, Parcel, Push, Sms
from services.notification.domain.messages import Channel


class Mailer(Protocol):
    """Sends mails; chosen by the setting `mail_url`."""

    async def send(self, mail: Mail) -> None:
        """Returns when the mail is taken over. A second mail with the same idempotency key is not sent again.

        Raises Unavailable when it may work later.
        """


class Texter(Protocol):
    """Sends SMS; chosen by the setting `sms_url`."""

    async def send(self, sms: Sms) -> None:
        """As a mailer's."""


class Pusher(Protocol):
    """Sends pushes; chosen by the setting `push_url`.

    A public name can lead inside all the same. What sends over the net connects to the address that it has looked up
    and found to be public (not private, loopback, link-local or the like), for each attempt anew, and follows nothing.
    """

    async def send(self, push: Push) -> None:
        """As a mailer's."""


class Parcels(Protocol):
    """Read outside any transaction."""

    async def get(self, message_id: UUID) -> Parcel | None:
        """A message and its address; None when either is gone."""


class Mailbox(Protocol):
    """What the sandbox kept, read outside any transaction."""

    async def newest(
        self, *, recipient: str | None, channel: Channel | None, before: str | None, limit: int
    ) -> list[Kept]:
        """The newest first, of keys below `before`; all, or those to one address or person, or of one channel."""

    async def show(self, key: str) -> Kept:
        """Raises NotFound."""
