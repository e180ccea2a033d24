"""auth's ports in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.testing.fakes import MORNING
from services.auth.domain.credentials import Credential, Invitation
from services.auth.domain.lockout import Patience, Tally
from services.auth.domain.permissions import RoleAssignment
from services.auth.domain.registration import Account, AddressTaken
from services.auth.domain.tokens import RefreshToken, Session
from services.auth.ports.credentials import Credentials, Invited, Passwords, SignIn
from services.auth.ports.lockout import Places, Tallies
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts
from services.auth.ports.tokens import Sessions, Signer


class FakeAccounts(Accounts):
    def __init__(self, *accounts: Account) -> None:
        self.kept = {a.id: a for a in accounts}
        self.rival = False
        """Somebody takes the address between the look and the write."""

    async def by_email(self, email: str) -> Account | None:
        return next((a for a in self.kept.values() if a.email == email), None)

    async def get(self, id: UUID) -> Account:
        if id not in self.kept:
            raise NotFound
        return self.kept[id]

    async def add(self, account: Account) -> None:
        if self.rival:
            raise AddressTaken
        self.kept[account.id] = account


class FakeCredentials(Credentials):
    def __init__(self, accounts: FakeAccounts) -> None:
        self.accounts = accounts
        self.kept: dict[UUID, Credential] = {}
        self.places: set[tuple[UUID, str]] = set()
        self.invitations: dict[UUID, Invitation] = {}

    async def add(self, credential: Credential) -> None:
        self.kept[credential.user_id] = credential

    async def for_email(self, email: str, place: str) -> SignIn | None:
        account = await self.accounts.by_email(email)
        if account is None:
            return None
        familiar = (account.id, place) in self.places
        return SignIn(user_id=account.id, password_hash=self.kept[account.id].password_hash, familiar=familiar)

    async def invite(self, invitation: Invitation) -> None:
        self.invitations[invitation.user_id] = invitation

    async def is_invited(self, user_id: UUID) -> bool:
        return user_id in self.invitations

    async def invited(self, digest: str) -> Invited | None:
        for one in self.invitations.values():
            if one.digest == digest:
                of = await self.accounts.get(one.user_id)
                return Invited(user_id=of.id, email=of.email, display_name=of.display_name, expires_at=one.expires_at)
        return None

    async def redeem(self, digest: str) -> bool:
        return any(self.invitations.pop(id) for id, one in list(self.invitations.items()) if one.digest == digest)


class FakePlaces(Places):
    def __init__(self, credentials: FakeCredentials) -> None:
        self._credentials = credentials

    async def remember(self, user_id: UUID, place: str, now: datetime) -> None:
        self._credentials.places.add((user_id, place))


class FakeTallies(Tallies):
    def __init__(self) -> None:
        self.kept: dict[str, Tally] = {}

    async def count(self, keys: Mapping[str, Patience], now: datetime) -> timedelta:
        tallies = {key: self.kept.setdefault(key, Tally(failures=0, at=now)) for key in keys}
        wait = max(tally.wait(keys[key], now) for key, tally in tallies.items())
        for key, tally in tallies.items():
            if not wait:
                tally.count(keys[key], now)
        return wait

    async def take_back(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.kept[key].failures -= 1


class FakePasswords(Passwords):
    def __init__(self) -> None:
        self.checked: list[str | None] = []

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def matches(self, password_hash: str | None, password: str) -> bool:
        self.checked.append(password_hash)
        return password_hash == f"hash of {password}"


class FakeRoles(Roles):
    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, str], RoleAssignment] = {}

    def give(self, user_id: UUID, *roles: str) -> None:
        """They have them since the morning."""
        for role in roles:
            self.kept[user_id, role] = RoleAssignment(user_id=user_id, role=role, assigned_at=MORNING)

    async def of(self, user_id: UUID) -> frozenset[str]:
        return frozenset(role for id, role in self.kept if id == user_id)

    async def find(self, user_id: UUID, role: str) -> RoleAssignment | None:
        return self.kept.get((user_id, role))

    async def holders(self, role: str) -> frozenset[UUID]:
        return frozenset(id for id, held in self.kept if held == role)

    async def add(self, assignment: RoleAssignment) -> None:
        self.kept[assignment.user_id, assignment.role] = assignment

    async def remove(self, assignment: RoleAssignment) -> None:
        del self.kept[assignment.user_id, assignment.role]


class FakeSessions(Sessions):
    def __init__(self) -> None:
        self.kept: dict[UUID, Session] = {}
        self.tokens: dict[str, RefreshToken] = {}

    async def get(self, id: UUID) -> Session:
        if id not in self.kept:
            raise NotFound
        return self.kept[id]

    async def add(self, session: Session) -> None:
        self.kept[session.id] = session

    async def update(self, session: Session) -> None:
        self.kept[session.id] = session

    async def forget(self, before: datetime) -> None:
        self.kept = {id: session for id, session in self.kept.items() if session.expires_at >= before}
        self.tokens = {digest: token for digest, token in self.tokens.items() if token.session_id in self.kept}

    async def token(self, digest: str) -> RefreshToken | None:
        return self.tokens.get(digest)

    async def add_token(self, token: RefreshToken) -> None:
        self.tokens[token.digest] = token

    async def use(self, token: RefreshToken) -> None:
        self.tokens[token.digest] = token


class FakeSigner(Signer):
    def __init__(self) -> None:
        self.signed: list[dict[str, Any]] = []
        self.count = 0

    async def sign(self, claims: dict[str, Any]) -> str:
        self.signed.append(claims)
        return f"access {len(self.signed)}"

    async def jwks(self) -> dict[str, Any]:
        return {"keys": []}

    def new_secret(self) -> tuple[str, str]:
        self.count += 1
        secret = f"refresh {self.count}"
        return secret, self.digest(secret)

    def digest(self, secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()
