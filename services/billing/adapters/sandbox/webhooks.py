"""The sandbox's webhooks: how they are written, and read at the other end."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

import msgspec

from lms_core.domain.errors import Invalid
from services.billing.domain.payments import Charged, Declined
from services.billing.domain.sandbox import Verdict
from services.billing.domain.webhooks import Notice

Event = Literal["charge.succeeded", "charge.declined"]
EVENTS: dict[Verdict, Event] = {"charged": "charge.succeeded", "declined": "charge.declined"}
DECLINED = "card_declined"


class ChargeData(msgspec.Struct, kw_only=True):
    """What a webhook says of a charge."""

    key: str
    reference: str
    amount: int
    currency: str


class Payload(msgspec.Struct, kw_only=True):
    """The body of a webhook."""

    type: str
    timestamp: datetime
    data: ChargeData


def reference(key: str) -> str:
    """The sandbox's name for the charge under a key."""
    return f"sandbox:{key}"


def write(key: str, verdict: Verdict, amount: int, currency: str, at: datetime) -> tuple[Event, bytes]:
    """The webhook about a charge: its type and its body."""
    data = ChargeData(key=key, reference=reference(key), amount=amount, currency=currency)
    return EVENTS[verdict], msgspec.json.encode(Payload(type=EVENTS[verdict], timestamp=at, data=data))


def read(body: bytes) -> Notice | None:
    """What a webhook says; None when it is of another type. Raises Invalid."""
    try:
        payload = msgspec.json.decode(body, type=Payload)
        payment_id, _, attempt = payload.data.key.partition("/")
        said = partial(Notice, payment_id=UUID(payment_id), attempt=int(attempt))
    except ValueError as error:
        raise Invalid("it is no webhook of the sandbox") from error
    match payload.type:
        case "charge.succeeded":
            return said(answer=Charged(payload.data.reference))
        case "charge.declined":
            return said(answer=Declined(DECLINED))
        case _:
            return None
