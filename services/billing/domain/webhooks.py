"""Webhooks: the provider's word, signed in the form of Standard Webhooks (https://www.standardwebhooks.com).

`webhook-id`, `webhook-timestamp` and the body are signed together with HMAC-SHA256. While keys rotate there are
several: the sender signs with each, and one signature that fits is enough. A signature counts for five minutes around
its time, so that what somebody has overheard cannot be sent again later.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from lms_core.domain.errors import Invalid, NotFound
from lms_core.domain.time import from_ms, to_ms
from services.billing.domain.payments import Charged, Declined

WINDOW: Final = timedelta(minutes=5)
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_PREFIX, _VERSION = "whsec_", "v1,"
_SHORTEST, _LONGEST = 24, 64


class NotGenuine(Invalid, code="billing/webhook-not-genuine"):
    """The webhook does not bear the provider's signature."""


class OutOfTime(Invalid, code="billing/webhook-out-of-time"):
    """The webhook was signed too long ago, or for a time to come."""


class UnknownAttempt(NotFound, code="billing/unknown-attempt"):
    """The webhook speaks of a charge that was never asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a webhook says: how an attempt ended at the provider."""

    payment_id: UUID
    attempt: int
    answer: Charged | Declined


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """One or more secrets, the newest first."""

    secrets: tuple[bytes, ...]

    @classmethod
    def parse(cls, text: str) -> SigningKeys:
        """`whsec_<base64>`, several with commas between. Raises ValueError."""
        return cls(tuple(_secret(part.strip()) for part in text.split(",")))

    def sign(self, id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The headers that go with a body."""
        timestamp = str(to_ms(at) // 1000)
        signed = _signed(id, timestamp, body)
        signatures = " ".join(_VERSION + _signature(secret, signed).decode() for secret in self.secrets)
        return {ID: id, TIMESTAMP: timestamp, SIGNATURE: signatures}

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raises NotGenuine, OutOfTime."""
        id, timestamp, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
        if not (id and timestamp.isdecimal() and timestamp.isascii() and len(timestamp) <= 12):
            raise NotGenuine
        signed = _signed(id, timestamp, body)
        wanted = [_signature(secret, signed) for secret in self.secrets]
        offered = [one.removeprefix(_VERSION).encode() for one in given.split() if one.startswith(_VERSION)]
        if not any(hmac.compare_digest(a, b) for a in wanted for b in offered):
            raise NotGenuine
        if abs(from_ms(int(timestamp) * 1000) - now) > WINDOW:
            raise OutOfTime


def _secret(text: str) -> bytes:
    try:
        secret = b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook key is whsec_ and base64") from error
    if not text.startswith(_PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
        raise ValueError(f"a webhook key is whsec_ and {_SHORTEST} to {_LONGEST} bytes in base64")
    return secret


def _signed(id: str, timestamp: str, body: bytes) -> bytes:
    return f"{id}.{timestamp}.".encode() + body


def _signature(secret: bytes, signed: bytes) -> bytes:
    return b64encode(hmac.digest(secret, signed, hashlib.sha256))
