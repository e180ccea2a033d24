"""Who people are, as far as it takes to write to them: merged from two services' events, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True, kw_only=True)
class Recipient:
    """A person; `email` is None until their account is known."""

    id: UUID
    email: str | None = None
    display_name: str = ""
    locale: str = "en"
    profile_version: int = 0
    """Of the profile that name and locale come from; 0: from the account."""

    def registered(self, *, email: str, display_name: str, locale: str) -> None:
        """The account is known. Its name and locale count until there is a profile."""
        self.email = email
        if self.profile_version == 0:
            self.display_name, self.locale = display_name, locale

    def changed(self, *, display_name: str, locale: str, version: int) -> None:
        """A version of the profile; an older one than what is known changes nothing."""
        if version > self.profile_version:
            self.display_name, self.locale, self.profile_version = display_name, locale, version
