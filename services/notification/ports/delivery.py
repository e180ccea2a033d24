"""Bringing messages to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.notification.domain.delivery import Mail, Parcel


class Mailer(Protocol):
    """Sends mails; chosen by the setting `mail_url`."""

    async def send(self, mail: Mail) -> None:
        """Returns when the mail is taken over. A second mail with the same idempotency key is not sent again.

        Raises Unavailable when it may work later.
        """


class Parcels(Protocol):
    """Read outside any transaction."""

    async def get(self, message_id: UUID) -> Parcel | None:
        """A message and its address; None when either is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A mail that the sandbox kept."""

    idempotency_key: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    sent_at: datetime


class Mailbox(Protocol):
    """What the sandbox kept, read outside any transaction."""

    async def mails(self, recipient: str | None, *, before: str | None, limit: int) -> Sequence[SentMail]:
        """The newest first, of keys below `before`, to one address or to all.

        Raises NotFound in the profile production.
        """
