"""Passwords, kept and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.auth.domain.credentials import Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What checking a password needs, in one look."""

    user_id: UUID
    password_hash: str
    familiar: bool
    """They signed in from this place before."""


class Credentials(Protocol):
    """Kept hashes."""

    async def add(self, credential: Credential) -> None:
        """Inside the unit of work."""

    async def for_email(self, email: str, place: str) -> SignIn | None:
        """Read outside any transaction."""


class Passwords(Protocol):
    """Hashing, off the event loop."""

    async def hash(self, password: str) -> str:
        """A salted hash (argon2id, PHC string)."""

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; for None the same work is done and the answer is no."""
