"""Which adapter stands behind which port."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from dishka import AsyncContainer, Provider, Scope

from lms_adapters.platform.settings import BadSettings
from lms_adapters.web.auth import AUDIENCE
from services.auth.adapters.crypto.credentials import open_passwords
from services.auth.adapters.crypto.tokens import open_signer
from services.auth.adapters.sql.credentials import SqlCredentials
from services.auth.adapters.sql.demonstration import SqlDemonstration
from services.auth.adapters.sql.erasure import SqlBelongings
from services.auth.adapters.sql.lockout import SqlPlaces, SqlTallies
from services.auth.adapters.sql.permissions import SqlRoles
from services.auth.adapters.sql.registration import SqlAccounts
from services.auth.adapters.sql.tokens import SqlSessions
from services.auth.domain.lockout import Patience
from services.auth.ports.credentials import Credentials
from services.auth.ports.demonstration import Demonstration
from services.auth.ports.erasure import Belongings
from services.auth.ports.lockout import Places, Tallies
from services.auth.ports.permissions import Roles
from services.auth.ports.registration import Accounts
from services.auth.ports.tokens import Sessions, Signer
from services.auth.settings import AuthSettings
from services.auth.usecases import credentials, demonstration, erasure, lockout, permissions, registration, tokens
from services.auth.usecases.lockout import LockoutPolicy
from services.auth.usecases.tokens import TokenPolicy


def token_policy(settings: AuthSettings) -> TokenPolicy:
    """How long tokens count, from the settings."""
    return TokenPolicy(
        access=timedelta(seconds=settings.access_seconds),
        session=timedelta(days=settings.session_days),
        issuer=settings.issuer,
        audience=AUDIENCE,
    )


def lockout_policy(settings: AuthSettings) -> LockoutPolicy:
    """An account forgives slowly; an address, where many may be, forgives one failure in five seconds."""
    longest = timedelta(minutes=settings.lockout_minutes)
    minute = timedelta(minutes=1)
    return LockoutPolicy(
        account=Patience(free=settings.account_attempts, longest=longest, forgiven=longest),
        address=Patience(free=settings.address_attempts, longest=minute, forgiven=minute / 12),
    )


def wiring() -> Provider:
    """The provider of auth's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlAccounts, provides=Accounts)
    provider.provide(SqlCredentials, provides=Credentials)
    provider.provide(SqlRoles, provides=Roles)
    provider.provide(SqlSessions, provides=Sessions)
    provider.provide(SqlBelongings, provides=Belongings)
    provider.provide(SqlDemonstration, provides=Demonstration, scope=Scope.APP)
    provider.provide(SqlTallies, provides=Tallies)
    provider.provide(SqlPlaces, provides=Places)
    provider.provide(lockout_policy, scope=Scope.APP)
    provider.provide(token_policy, scope=Scope.APP)
    provider.provide(open_passwords, scope=Scope.APP)
    provider.provide(open_signer, scope=Scope.APP)
    provider.provide_all(*registration.USE_CASES, *credentials.USE_CASES, *tokens.USE_CASES, *permissions.USE_CASES)
    provider.provide_all(*demonstration.USE_CASES, *erasure.USE_CASES)
    provider.provide_all(*registration.STEPS, *tokens.STEPS, *lockout.STEPS)
    return provider


async def refuse_known_passwords(settings: AuthSettings, demonstration: Demonstration) -> None:
    """Raises BadSettings when the profile is production and the demonstration school is here."""
    if settings.profile == "production" and await demonstration.accounts():
        raise BadSettings(
            "profile: production does not start on the demonstration school, whose password everybody knows; "
            "begin with an empty database"
        )


@contextlib.asynccontextmanager
async def background(container: AsyncContainer) -> AsyncIterator[None]:
    """At the start: a wrong master key is told to the operator, not to who signs in; and what production refuses."""
    await container.get(Signer)
    await refuse_known_passwords(await container.get(AuthSettings), await container.get(Demonstration))
    yield
