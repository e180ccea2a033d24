"""A profile: who somebody is to others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Findings, Invalid
from lms_core.domain.people import tidy_name
from lms_core.domain.text import is_plain
from lms_core.domain.versions import Versioned

MAX_BIO = 2000


@dataclass(slots=True, kw_only=True)
class Profile(Versioned):
    """A person as others may see them. It begins with what they said when they registered."""

    id: UUID
    """The user's id, from auth."""
    display_name: str
    bio: str = ""
    created_at: datetime
    updated_at: datetime
    version: int = 1

    def edit(self, *, version: int, display_name: str | None, bio: str | None, at: datetime) -> bool:
        """Change what is given; whether anything became different.

        Raises Invalid with a pointer to what is wrong, or Stale unless the change is made from this version.
        """
        found = Findings()
        name = self.display_name if display_name is None else found.of(tidy_name, display_name)
        text = self.bio if bio is None else found.of(tidy_bio, bio)
        found.end()
        self.read_as(version)
        if (name, text) == (self.display_name, self.bio):
            return False
        self.display_name, self.bio, self.updated_at = name, text, at
        return True


def tidy_bio(raw: str) -> str:
    """Lines of text; an empty one is none. Raises Invalid at #/bio."""
    lines = [line.rstrip() for line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    bio = "\n".join(lines).strip()
    if len(bio) > MAX_BIO or not is_plain(re.sub("[\n\t]", "", bio)):
        raise Invalid.at("#/bio", "must be at most {most} printable characters, tabs and line breaks", most=MAX_BIO)
    return bio
