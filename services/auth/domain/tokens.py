"""Sessions and refresh tokens: each refresh token counts once; a used one that comes back ends its session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lms_core.domain.errors import Unauthenticated


class BadCredentials(Unauthenticated, code="auth/bad-credentials"):
    """The address or the password is wrong."""


class BadRefreshToken(Unauthenticated, code="auth/bad-refresh-token"):
    """The refresh token does not count any more: sign in again."""


KEPT = timedelta(days=30)
"""How long a session that is over is still known."""


@dataclass(slots=True, kw_only=True)
class Session:
    """A sign-in on one device."""

    id: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    def alive(self, now: datetime) -> bool:
        """Neither ended nor expired."""
        return self.ended_at is None and now < self.expires_at

    def prolong(self, now: datetime, by: timedelta) -> None:
        """It was used: it lasts on."""
        self.expires_at = now + by

    def end(self, now: datetime) -> None:
        """Sign-out, or a stolen token. Ending twice is ending once."""
        self.ended_at = self.ended_at or now
        self.expires_at = min(self.expires_at, now)


@dataclass(slots=True, kw_only=True)
class RefreshToken:
    """One link in a session's chain of refresh tokens; only the digest is kept."""

    digest: str
    session_id: UUID
    issued_at: datetime
    used_at: datetime | None = None
