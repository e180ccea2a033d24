"""What user publishes: profiles and preferences."""

from __future__ import annotations

from uuid import UUID

from lms_core.domain.events import Event, Personal, event


@event("lms.user.ProfileUpdated.v1", key="user_id")
class ProfileUpdated(Event, frozen=True, kw_only=True):
    """A person changed their profile or their preferences; the event carries all of what is shared."""

    user_id: UUID
    display_name: Personal
    locale: str
    """BCP 47, `en`."""
    time_zone: str
    """IANA name, `Europe/Berlin`."""
    version: int
    """Grows with each change: a lower one is older."""
