"""Who people are, as far as it takes to write to them: merged from two services' events, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.notification.domain.messages import EMAIL, PUSH, SMS, Channel

EVERYWHERE: Final[tuple[Channel, ...]] = (EMAIL, PUSH, SMS)
REST: Final = ""
"""What somebody wants of topics for which they chose nothing else."""


@dataclass(slots=True, kw_only=True)
class Recipient:
    """A person; `email` is None until their account is known."""

    id: UUID
    email: str | None = None
    display_name: str = ""
    locale: str = "en"
    profile_version: int = 0
    """Of the profile that name, locale and wishes come from; 0: from the account."""
    wishes: Mapping[str, tuple[Channel, ...]] = field(default_factory=dict)
    """By topic, and `REST`: the channels beside the inbox that they want."""

    def wants(self, topic: str) -> frozenset[Channel]:
        """The channels beside the inbox on which they want to be told of it."""
        return frozenset(self.wishes.get(topic, self.wishes.get(REST, EVERYWHERE)))

    def registered(self, *, email: str | None, display_name: str, locale: str) -> None:
        """The account is known. Its name and locale count until there is a profile."""
        self.email = email
        if self.profile_version == 0:
            self.display_name, self.locale = display_name, locale

    def changed(
        self, *, display_name: str, locale: str, wishes: Mapping[str, tuple[Channel, ...]], version: int
    ) -> None:
        """A version of the profile; an older one than what is known changes nothing."""
        if version > self.profile_version:
            self.display_name, self.locale, self.profile_version = display_name, locale, version
            self.wishes = wishes
