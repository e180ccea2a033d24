"""Access tokens (JWT, ES256) verified by every service for itself, and the guard that states a permission."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from lms_core.domain.errors import Forbidden, Unauthenticated, Unavailable
from lms_core.domain.time import from_ms
from lms_core.ports.clock import Clock
from lms_core.security.principal import Principal, bearer

AUDIENCE = "lms"
LEEWAY = timedelta(seconds=30)
"""How far apart two machines' clocks may be."""
_CACHED = 10_000
_OLD = timedelta(minutes=5)
"""As long as the key set says that it may be kept."""
_REFETCH = timedelta(seconds=10)
"""How often a token may be the reason to ask."""
_RETRY = timedelta(seconds=1)
"""How often, while there are no keys at all."""

Fetch = Callable[[], Awaitable[bytes]]
"""Brings auth's JSON Web Key Set (RFC 7517). Raises Unavailable."""


class TokenVerifier:
    """Verifies access tokens; a token is checked once and remembered until it expires, or the keys change.

    Keys are asked for again when they are old, or when they do not fit a token: auth may have made or withdrawn one.
    Where auth is away, those that are known go on counting.
    """

    def __init__(self, fetch: Fetch, clock: Clock, issuer: str) -> None:
        self._fetch = fetch
        self._clock = clock
        self._issuer = issuer
        self._told = b""
        self._keys: KeySet | None = None
        self._asked_at = from_ms(0)
        self._old_from = from_ms(0)
        self._asking = asyncio.Lock()
        self._seen: OrderedDict[bytes, tuple[Principal, datetime]] = OrderedDict()

    async def principal(self, authorization: bytes) -> Principal:
        """Who an Authorization header speaks for. Raises Unauthenticated; Unavailable while no keys can be had."""
        now = self._clock.now()
        if now >= self._old_from and not self._asking.locked():  # one asks, nobody waits
            await self._known_keys(_OLD)
        known = self._seen.get(authorization)
        if known is not None:
            principal, until = known
            if until > now:
                return principal
            del self._seen[authorization]
            raise Unauthenticated("the token has expired")
        principal = self._principal(await self._decode(bearer(authorization)))
        self._seen[authorization] = principal, principal.expires_at + LEEWAY
        if len(self._seen) > _CACHED:
            self._seen.popitem(last=False)
        return principal

    async def _decode(self, token: str) -> dict[str, Any]:
        keys = self._keys or await self._known_keys(_OLD)
        for _ in range(2):
            try:
                return jwt.decode(token, keys, algorithms=["ES256"]).claims
            except (JoseError, ValueError, TypeError) as error:  # the last for a `crit` that is no list of texts
                before, keys = keys, await self._known_keys(_REFETCH)
                if keys is before:
                    raise Unauthenticated("the token is not valid") from error
        raise Unauthenticated("the token is not valid")

    async def _known_keys(self, age: timedelta) -> KeySet:
        """Ask auth, unless it was asked less than `age` ago, whether it answered or not. Raises Unavailable."""
        async with self._asking:
            now = self._clock.now()
            if now - self._asked_at >= (age if self._keys else _RETRY):
                self._asked_at, self._old_from = now, now + _OLD
                try:
                    self._learn(await self._fetch())
                except Unavailable:
                    if self._keys is None:
                        raise
            if self._keys is None:
                raise Unavailable("the token cannot be checked", note="auth's keys could not be had a moment ago")
            return self._keys

    def _learn(self, told: bytes) -> None:
        if told == self._told:
            return
        try:
            self._keys = KeySet.import_key_set(msgspec.json.decode(told))
        except (ValueError, KeyError, JoseError) as error:
            raise Unavailable("the token cannot be checked", note="auth's keys cannot be read") from error
        self._told = told
        self._seen.clear()  # by a key that may be withdrawn

    def _principal(self, claims: dict[str, Any]) -> Principal:
        now = self._clock.now()
        try:
            expires_at = from_ms(int(claims["exp"]) * 1000)
            begins_at = from_ms(int(claims.get("nbf", claims["iat"])) * 1000)
            principal = Principal(
                UUID(claims["sub"]), frozenset(str(r) for r in claims["roles"]), UUID(claims["sid"]), expires_at
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Unauthenticated("the token lacks a claim") from error
        if claims.get("iss") != self._issuer or claims.get("aud") != AUDIENCE:
            raise Unauthenticated("the token is meant for someone else")
        if expires_at + LEEWAY <= now or begins_at - LEEWAY > now:
            raise Unauthenticated("the token has expired, or does not count yet")
        return principal


class Requires:
    """A guard: the caller's roles must carry the permission. Async, for Litestar runs others in threads."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        self.check(connection.scope.get("principal"))

    def check(self, principal: object) -> None:
        """Raises Unauthenticated, Forbidden."""
        if self.permission not in _somebody(principal).permissions:
            raise Forbidden("this needs the permission {rule}", rule=self.permission)


def requires(permission: str) -> Requires:
    """State what a handler asks for: `@post(guards=[requires("course:enroll")])`."""
    return Requires(permission)


async def anyone(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """State that a handler is open to all: a handler without a guard does not start.

    Who shows a token that does not count is nobody here: an old one must not keep anybody from the next.
    """


Me: TypeAlias = NamedDependency[Principal]
"""The type of the handler parameter `me`."""


def me(scope: Scope) -> Principal:
    """The signed-in caller, as the handler parameter `me`. Raises Unauthenticated."""
    return _somebody(scope.get("principal"))


def _somebody(principal: object) -> Principal:
    """Who it is; the door leaves in their place what is wrong with their token. Raises Unauthenticated."""
    if isinstance(principal, Principal):
        return principal
    raise principal if isinstance(principal, Unauthenticated) else Unauthenticated
