"""A message: one thing told to one person on one channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

Kind = Literal[
    "welcome",
    "registration-repeated",
    "enrolled",
    "payment-awaited",
    "content-open",
    "suspended",
    "cancelled",
    "receipt",
    "halfway",
    "completed",
]
"""What is told; each kind has a template in every language."""

Channel = Literal["email", "in-app", "sms", "push"]
EMAIL: Final = "email"
IN_APP: Final = "in-app"
SMS: Final = "sms"
PUSH: Final = "push"

Status = Literal["queued", "sent", "failed"]

Facts = dict[str, str | int]
"""What a message is about: the values of its template, and ids that a front end makes links of."""

Topic = Literal["account", "enrollment", "billing", "progress"]
"""The part of life that a kind belongs to."""

TOPICS: Final[dict[Kind, Topic]] = {
    "welcome": "account",
    "registration-repeated": "account",
    "enrolled": "enrollment",
    "payment-awaited": "enrollment",
    "content-open": "enrollment",
    "suspended": "enrollment",
    "cancelled": "enrollment",
    "receipt": "billing",
    "halfway": "progress",
    "completed": "progress",
}

CHANNELS: Final[dict[Kind, tuple[Channel, ...]]] = {
    "welcome": (IN_APP, EMAIL),
    "registration-repeated": (EMAIL,),
    "enrolled": (IN_APP, EMAIL),
    "payment-awaited": (IN_APP, EMAIL),
    "content-open": (IN_APP, EMAIL, PUSH),
    "suspended": (IN_APP, EMAIL, SMS, PUSH),
    "cancelled": (IN_APP, EMAIL),
    "receipt": (IN_APP, EMAIL),
    "halfway": (IN_APP, EMAIL, PUSH),
    "completed": (IN_APP, EMAIL, PUSH),
}
"""Where a kind is told. SMS is for what cannot wait; SMS and push reach those who have a device for them."""

BY_MAIL: Final[frozenset[Kind]] = frozenset({"welcome", "registration-repeated", "receipt"})
"""Told by mail whatever a person prefers: their account and their money are concerned."""

KINDS: Final[tuple[Kind, ...]] = tuple(TOPICS)


@dataclass(slots=True, kw_only=True)
class Message:
    """Told once: no two messages of a channel share `once`."""

    id: UUID
    recipient_id: UUID
    kind: Kind
    channel: Channel
    once: str
    """What happened, in a word that is the same however often the event comes: `receipt/<invoice id>`."""
    facts: Facts
    title: str = ""
    body: str = ""
    """As the person reads it; outside the inbox, known when it was sent."""
    template_version: int = 0
    position: int | None = None
    """1, 2, 3, … in the recipient's inbox, in the order of commits; None outside the inbox."""
    created_at: datetime
    status: Status = "queued"
    sent_at: datetime | None = None
    read_at: datetime | None = None
    error: str = ""

    @property
    def topic(self) -> Topic:
        """The part of life it belongs to."""
        return TOPICS[self.kind]

    def word(self, *, title: str, body: str, version: int) -> None:
        """Put it into words, those of a version of its template."""
        self.title, self.body, self.template_version = title, body, version

    def sent(self, at: datetime) -> None:
        """It was taken by who brings it."""
        self.status, self.sent_at, self.error = "sent", at, ""

    def failed(self, error: str) -> None:
        """It was given up."""
        self.status, self.error = "failed", error

    def read(self, at: datetime) -> None:
        """The person has seen it. Seeing it again changes nothing."""
        self.read_at = self.read_at or at


@dataclass(slots=True, kw_only=True)
class Course:
    """What a course is called, by its newest version that is known."""

    id: UUID
    title: str
    title_version: int
    """Of the course, that the title is from."""

    def titled(self, title: str, version: int) -> None:
        """A version of the course; an older one than what is known changes nothing."""
        if version > self.title_version:
            self.title, self.title_version = title, version


def halfway(percent: int) -> bool:
    """Half is done, and not all: the end is another message's to tell."""
    return 50 <= percent < 100


def channels(kind: Kind, *, wanted: frozenset[Channel], reached: frozenset[Channel]) -> tuple[Channel, ...]:
    """Where a kind is told: in the inbox, and where somebody wants it and is reached, on a device or by mail."""
    told: set[Channel] = {IN_APP, *(wanted & (reached | {EMAIL}))}
    if kind in BY_MAIL:
        told.add(EMAIL)
    return tuple(channel for channel in CHANNELS[kind] if channel in told)
