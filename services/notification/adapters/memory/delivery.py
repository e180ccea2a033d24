"""For channels that are switched off."""

from __future__ import annotations

from lms_core.domain.errors import Unavailable
from services.notification.domain.delivery import Push, Sms
from services.notification.ports.delivery import Pusher, Texter


class NoTexter(Texter):
    """Only what was queued before the channel was switched off comes here."""

    async def send(self, sms: Sms) -> None:
        raise Unavailable("no SMS are sent", note="sms_url is empty")


class NoPusher(Pusher):
    """As for SMS."""

    async def send(self, push: Push) -> None:
        raise Unavailable("no pushes are sent", note="push_url is empty")
