"""Preferences: how somebody wants the platform to be for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from lms_core.domain.errors import Findings, Invalid
from lms_core.domain.people import language_tag
from lms_core.domain.versions import Versioned

MAX_ZONE = 64
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Where somebody wants to be told of a topic. SMS and push reach devices that they added."""

    email: bool = True
    push: bool = True
    sms: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChannels:
    """What somebody chose for a topic; None: the defaults count."""

    enrollment: Channels | None = None
    progress: Channels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDefaults:
    """Channels that count where nothing more precise was chosen for a topic."""

    email: bool = True
    in_app: bool = True
    """Whether clients make something of it; the inbox holds every message."""
    push: bool = True
    sms: bool = True
    topics: TopicChannels = TopicChannels()


@dataclass(slots=True, kw_only=True)
class Preferences(Versioned):
    """One person's choices."""

    id: UUID
    """The user's id, from auth."""
    locale: str
    """BCP 47, `en`."""
    time_zone: str = "UTC"
    """IANA name, `Europe/Berlin`."""
    reduced_motion: bool = False
    notifications: NotificationDefaults = NotificationDefaults()
    version: int = 1

    @property
    def shared(self) -> tuple[str, str, NotificationDefaults]:
        """What other services are told of."""
        return self.locale, self.time_zone, replace(self.notifications, in_app=True)

    def replace(
        self, *, version: int, locale: str, time_zone: str, reduced_motion: bool, notifications: NotificationDefaults
    ) -> None:
        """Choose anew.

        Raises Invalid with a pointer to what is wrong, or Stale unless the change is made from this version.
        """
        found = Findings()
        language, zone = found.of(language_tag, locale), found.of(known_zone, time_zone)
        found.end()
        self.read_as(version)
        self.locale, self.time_zone = language, zone
        self.reduced_motion, self.notifications = reduced_motion, notifications


def known_zone(name: str) -> str:
    """Raises Invalid at #/time_zone for what is no IANA time zone."""
    try:
        if len(name) <= MAX_ZONE and _ZONE.fullmatch(name):
            ZoneInfo(name)
            return name
    except (KeyError, ValueError, OSError):  # unknown, no time zone file, a folder of them or too long a name
        pass
    raise Invalid.at("#/time_zone", "must be an IANA time zone such as Europe/Berlin")
