"""The one who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lms_core.domain.errors import Forbidden, Unauthenticated
from lms_core.security.permissions import permissions_of


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, from a verified access token."""

    id: UUID
    roles: frozenset[str]
    session: UUID
    """The sign-in this token belongs to."""
    expires_at: datetime
    permissions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", permissions_of(self.roles))

    def may(self, permission: str) -> bool:
        """Whether a role of theirs carries the permission."""
        return permission in self.permissions

    def must_own(self, owner: UUID, unless: str) -> None:
        """Raises Forbidden unless it is theirs, or they hold the permission `unless`."""
        if owner != self.id and unless not in self.permissions:
            raise Forbidden("this belongs to someone else", rule=f"owner or {unless}")


def bearer(authorization: bytes) -> str:
    """The access token of an Authorization header (RFC 6750, section 2.1). Raises Unauthenticated."""
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not token or not token.isascii():
        raise Unauthenticated("send `Authorization: Bearer <access token>`")
    return token.decode()
