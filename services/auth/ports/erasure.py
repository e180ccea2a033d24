"""All that auth keeps of a person."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Belongings(Protocol):
    """A person's account with everything that hangs on it."""

    async def email(self, user_id: UUID) -> str | None:
        """Their address; None when they have no account. Read outside any transaction."""

    async def remove(self, user_id: UUID) -> None:
        """Account, credential, roles, sessions, tokens, known places. Inside the unit of work, the account locked."""
