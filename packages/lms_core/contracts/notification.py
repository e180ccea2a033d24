"""What notification publishes: that somebody was told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lms_core.domain.events import Event, event


@event("lms.notification.MessageDelivered.v1", key="message_id")
class MessageDelivered(Event, frozen=True, kw_only=True):
    """The provider took the message."""

    message_id: UUID
    recipient_id: UUID
    topic: str
    channel: str
    delivered_at: datetime
