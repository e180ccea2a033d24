"""Passwords, kept and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.auth.domain.credentials import Credential, Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What checking a password needs, in one look."""

    user_id: UUID
    password_hash: str
    familiar: bool
    """They signed in from this place before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What choosing a password needs, in one look."""

    user_id: UUID
    email: str
    display_name: str
    expires_at: datetime


class Credentials(Protocol):
    """Kept hashes, and invitations to choose a password."""

    async def add(self, credential: Credential) -> None:
        """Inside the unit of work."""

    async def for_email(self, email: str, place: str) -> SignIn | None:
        """Read outside any transaction."""

    async def invite(self, invitation: Invitation) -> None:
        """Instead of one before. Inside the unit of work."""

    async def is_invited(self, user_id: UUID) -> bool:
        """They have not chosen a password yet. Inside the unit of work."""

    async def invited(self, digest: str) -> Invited | None:
        """Read outside any transaction."""

    async def redeem(self, digest: str) -> bool:
        """Use an invitation up; whether it was still there. Inside the unit of work."""


class Passwords(Protocol):
    """Hashing, off the event loop."""

    async def hash(self, password: str) -> str:
        """A salted hash (argon2id, PHC string)."""

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; for None the same work is done and the answer is no."""
