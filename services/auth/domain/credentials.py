"""Passwords: what makes one good enough (NIST SP 800-63B, section 5.1.1: length, not composition)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms_core.domain.errors import Invalid, Unauthenticated

MIN_LENGTH, MAX_LENGTH = 10, 256


@dataclass(slots=True, kw_only=True)
class Credential:
    """An account's password, hashed."""

    user_id: UUID
    password_hash: str


class BadInvitation(Unauthenticated, code="auth/bad-invitation"):
    """The invitation does not count any more: have a new one made."""


@dataclass(slots=True, kw_only=True)
class Invitation:
    """Whoever holds it chooses the first password of an account, once. Only the digest is kept."""

    user_id: UUID
    digest: str
    expires_at: datetime


INVITED_FOR = timedelta(hours=24)


def check_password(password: str, *, email: str, display_name: str) -> None:
    """Raises Invalid at #/password when it is too short, too long or too close to the account."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid.at("#/password", "must be {least} to {most} characters", least=MIN_LENGTH, most=MAX_LENGTH)
    lowered, address, name = password.lower(), email.strip().lower(), " ".join(display_name.lower().split())
    if len(set(lowered)) < 4:
        raise Invalid.at("#/password", "must have more than three different characters")
    for part in (address.partition("@")[0], address, name):
        if len(part) >= 4 and part in lowered:
            raise Invalid.at("#/password", "must not contain your name or address")
