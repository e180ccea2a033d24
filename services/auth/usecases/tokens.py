"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.domain.time import to_ms
from lms_core.ports.clock import Clock
from lms_core.ports.ids import Ids
from lms_core.ports.uow import UnitOfWork
from services.auth.domain.lockout import TooManyAttempts
from services.auth.domain.tokens import KEPT, BadCredentials, BadRefreshToken, RefreshToken, Session
from services.auth.ports.credentials import Credentials, Passwords
from services.auth.ports.lockout import Places, Tallies
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts
from services.auth.ports.tokens import Sessions, Signer
from services.auth.usecases.lockout import CountAttempt, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPolicy:
    """How long tokens count, and who issues them."""

    access: timedelta
    session: timedelta
    issuer: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a signed-in client holds."""

    access_token: str
    refresh_token: str
    expires_in: int
    """Seconds until the access token ends."""
    token_type: str = "Bearer"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Issue:
    """The next pair of tokens of a session; inside the unit of work."""

    raises: ClassVar = ()

    sessions: Sessions
    roles: Roles
    signer: Signer
    policy: TokenPolicy
    ids: Ids

    async def __call__(self, session: Session, now: datetime) -> Tokens:
        refresh, digest = self.signer.new_secret()
        await self.sessions.add_token(RefreshToken(digest=digest, session_id=session.id, issued_at=now))
        issued = to_ms(now) // 1000
        access = await self.signer.sign(
            {
                "iss": self.policy.issuer,
                "aud": self.policy.audience,
                "sub": str(session.user_id),
                "sid": str(session.id),
                "jti": str(self.ids.new()),
                "iat": issued,
                "exp": issued + int(self.policy.access.total_seconds()),
                "roles": sorted(await self.roles.of(session.user_id)),
            }
        )
        return Tokens(access_token=access, refresh_token=refresh, expires_in=int(self.policy.access.total_seconds()))


@dataclass(frozen=True, slots=True)
class LogIn:
    """Sign in with address and password.

    The access token goes into `Authorization: Bearer`; the refresh token gets the next pair, once. After some wrong
    passwords for one account, or from one place, further ones are not looked at for a while: 429
    `auth/too-many-attempts` with Retry-After, longer each time.
    """

    raises: ClassVar = (BadCredentials, TooManyAttempts)

    accounts: Accounts
    credentials: Credentials
    passwords: Passwords
    count: CountAttempt
    tallies: Tallies
    places: Places
    sessions: Sessions
    issue: Issue
    policy: TokenPolicy
    uow: UnitOfWork
    clock: Clock
    ids: Ids

    async def __call__(self, *, email: str, password: str, address: str) -> Tokens:
        """`address`: the one of the net that it comes from."""
        email = email.strip().lower()
        place = place_of(email, address)
        known = await self.credentials.for_email(email, place)
        counted = await self.count(email, address, familiar=known is not None and known.familiar)
        if not await self.passwords.matches(known.password_hash if known else None, password) or known is None:
            raise BadCredentials
        now = self.clock.now()
        async with self.uow:
            session = Session(
                id=self.ids.new(), user_id=known.user_id, created_at=now, expires_at=now + self.policy.session
            )
            try:
                await self.accounts.get(known.user_id)
            except NotFound:  # erased meanwhile
                raise BadCredentials from None
            await self.sessions.add(session)
            await self.sessions.forget(now - KEPT)
            await self.tallies.take_back(counted)
            await self.places.remember(known.user_id, place, now)
            self.uow.audit("session.begun", str(known.user_id), session=str(session.id))
            return await self.issue(session, now)


@dataclass(frozen=True, slots=True)
class Refresh:
    """Exchange a refresh token for the next pair of tokens.

    Each refresh token counts once. One that comes back after its use was stolen or copied: the whole session ends.
    """

    raises: ClassVar = (BadRefreshToken,)

    sessions: Sessions
    signer: Signer
    issue: Issue
    policy: TokenPolicy
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, *, refresh_token: str) -> Tokens:
        now, reused = self.clock.now(), False
        async with self.uow:
            token = await self.sessions.token(self.signer.digest(refresh_token))
            if token is None:
                raise BadRefreshToken
            session = await self.sessions.get(token.session_id)
            if token.used_at is not None:
                session.end(now)
                self.uow.audit(
                    "session.ended", str(session.user_id), session=str(session.id), why="refresh token reused"
                )
                reused = True
            elif session.alive(now):
                session.prolong(now, self.policy.session)
                token.used_at = now
                await self.sessions.use(token)
            await self.sessions.update(session)
            tokens = await self.issue(session, now) if session.alive(now) else None
        if reused or tokens is None:
            raise BadRefreshToken
        return tokens


@dataclass(frozen=True, slots=True)
class LogOut:
    """Sign out: give the refresh token back, used or not; without one, the access token says which session ends.

    The session ends now, its access token within minutes. A refresh token that nobody knows has nothing left to end
    (RFC 7009).
    """

    raises: ClassVar = ()

    sessions: Sessions
    signer: Signer
    uow: UnitOfWork
    clock: Clock

    async def __call__(self, which: UUID | str) -> None:
        """`which`: the session's id, or a refresh token of it."""
        async with self.uow:
            if isinstance(which, str):
                token = await self.sessions.token(self.signer.digest(which))
                if token is None:
                    return
                which = token.session_id
            try:
                session = await self.sessions.get(which)
            except NotFound:  # erased
                return
            session.end(self.clock.now())
            await self.sessions.update(session)
            self.uow.audit("session.ended", str(session.user_id), session=str(session.id), why="signed out")


@dataclass(frozen=True, slots=True)
class ShowKeys:
    """The public keys that access tokens are verified with, as a JSON Web Key Set (RFC 7517)."""

    raises: ClassVar = ()

    signer: Signer

    async def __call__(self) -> dict[str, Any]:
        return await self.signer.jwks()


USE_CASES = (LogIn, Refresh, LogOut, ShowKeys)
STEPS = (Issue,)
