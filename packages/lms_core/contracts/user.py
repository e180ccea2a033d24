"""What user publishes: profiles and preferences."""

from __future__ import annotations

import msgspec

from lms_core.domain.events import Event, Person, Personal, event


class Channels(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person wants to be told, beside their inbox."""

    email: bool = True
    push: bool = True
    sms: bool = True


class TopicChannels(msgspec.Struct, frozen=True, kw_only=True):
    """What they chose for a part of life; null: nothing else than for the rest."""

    enrollment: Channels | None = None
    progress: Channels | None = None


class NotificationWishes(Channels, frozen=True, kw_only=True):
    """Where a person wants to be told, in general and of a topic."""

    topics: TopicChannels = TopicChannels()


@event("lms.user.ProfileUpdated.v1", key="user_id")
class ProfileUpdated(Event, frozen=True, kw_only=True):
    """A person changed their profile or their preferences; the event carries all of what is shared."""

    user_id: Person
    display_name: Personal
    locale: str
    """BCP 47, `en`."""
    time_zone: str
    """IANA name, `Europe/Berlin`."""
    version: int
    """Grows with each change: a lower one is older."""
    notifications: NotificationWishes | None = None
    """Null: not said, and so everywhere."""
