"""Sessions and the signing of access tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.auth.domain.tokens import RefreshToken, Session


class Sessions(Protocol):
    """Inside the unit of work."""

    async def get(self, id: UUID) -> Session:
        """Locked until the transaction ends. Raises NotFound."""

    async def add(self, session: Session) -> None:
        """A new sign-in."""

    async def update(self, session: Session) -> None:
        """Raises Conflict when a rival changed it."""

    async def forget(self, before: datetime) -> None:
        """Some of the sessions that were over before then, with their tokens: more than sign-ins add."""

    async def token(self, digest: str) -> RefreshToken | None:
        """The link with this digest, used or not; locked until the transaction ends, before its session is."""

    async def add_token(self, token: RefreshToken) -> None:
        """A new link."""

    async def use(self, token: RefreshToken) -> None:
        """Write down that it was used."""


class Signer(Protocol):
    """JWT signing (ES256, RFC 7518 section 3.4) with a key that lives in the database."""

    async def sign(self, claims: dict[str, Any]) -> str:
        """A compact JWT."""

    async def jwks(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set (RFC 7517)."""

    def new_secret(self) -> tuple[str, str]:
        """A fresh refresh token and its digest."""

    def digest(self, secret: str) -> str:
        """The digest of a refresh token that somebody presents."""
