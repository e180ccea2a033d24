"""A raw event as the columnar store keeps it: the columns that questions are asked of, and the whole body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

_LARGEST = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One event of any service. What its body does not say is None."""

    id: str
    type: str
    source: str
    key: str
    time: datetime
    course_id: UUID | None
    learner_id: UUID | None
    enrollment_id: UUID | None
    amount: int | None
    currency: str | None
    percent: int | None
    seconds: int | None
    body: str
    """JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events that go into the store together, under an id that they keep for ever."""

    id: UUID
    events: tuple[RawEvent, ...]


def raw_event(*, id: str, type: str, source: str, key: str, time: datetime, facts: object, body: str) -> RawEvent:
    """The event with its columns, from the decoded body. A fact of another type than its column's stays in the body."""
    known = facts if isinstance(facts, Mapping) else {}
    return RawEvent(
        id=id,
        type=type,
        source=source,
        key=key,
        time=time,
        course_id=_id(known.get("course_id")),
        learner_id=_id(known.get("learner_id")),
        enrollment_id=_id(known.get("enrollment_id")),
        amount=_number(known.get("amount")),
        currency=_text(known.get("currency")),
        percent=_number(known.get("percent")),
        seconds=_number(known.get("seconds")),
        body=body,
    )


def _id(value: object) -> UUID | None:
    if not isinstance(value, str):
        return None
    try:
        return UUID(value)
    except ValueError:
        return None


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not -_LARGEST <= value < _LARGEST:
        return None
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
