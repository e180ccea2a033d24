"""Which adapter stands behind which port."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from dishka import AsyncContainer, Provider, Scope

from lms_adapters.web.auth import AUDIENCE
from services.auth.adapters.crypto.credentials import open_passwords
from services.auth.adapters.crypto.tokens import open_signer
from services.auth.adapters.sql.credentials import SqlCredentials
from services.auth.adapters.sql.permissions import SqlRoles
from services.auth.adapters.sql.registration import SqlAccounts
from services.auth.adapters.sql.tokens import SqlSessions
from services.auth.ports.credentials import Credentials
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts
from services.auth.ports.tokens import Sessions, Signer
from services.auth.settings import AuthSettings
from services.auth.usecases import permissions, registration, tokens
from services.auth.usecases.tokens import TokenPolicy


def token_policy(settings: AuthSettings) -> TokenPolicy:
    """How long tokens count, from the settings."""
    return TokenPolicy(
        access=timedelta(seconds=settings.access_seconds),
        session=timedelta(days=settings.session_days),
        issuer=settings.issuer,
        audience=AUDIENCE,
    )


def wiring() -> Provider:
    """The provider of auth's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlAccounts, provides=Accounts)
    provider.provide(SqlCredentials, provides=Credentials)
    provider.provide(SqlRoles, provides=Roles)
    provider.provide(SqlSessions, provides=Sessions)
    provider.provide(token_policy, scope=Scope.APP)
    provider.provide(open_passwords, scope=Scope.APP)
    provider.provide(open_signer, scope=Scope.APP)
    provider.provide_all(*registration.USE_CASES, *tokens.USE_CASES, *permissions.USE_CASES)
    return provider


@contextlib.asynccontextmanager
async def _background(container: AsyncContainer) -> AsyncIterator[None]:
    await container.get(Signer)
    yield


def background(container: AsyncContainer) -> AbstractAsyncContextManager[None]:
    """Opens the signing keys at the start: a wrong master key is told to the operator, not to who signs in."""
    return _background(container)
