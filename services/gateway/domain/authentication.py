"""What a client shows to say who it is."""

from __future__ import annotations

from lms_core.domain.errors import Unauthenticated


def bearer(authorization: bytes) -> str:
    """The access token of an Authorization header (RFC 6750, section 2.1). Raises Unauthenticated."""
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not token or not token.isascii():
        raise Unauthenticated("send `Authorization: Bearer <access token>`")
    return token.decode()
