"""Which adapter stands behind which port."""

from __future__ import annotations

from dishka import Provider, Scope

from services.user.adapters.sql.erasure import SqlBelongings
from services.user.adapters.sql.preferences import SqlPreferences
from services.user.adapters.sql.profiles import SqlProfiles
from services.user.ports.erasure import Belongings
from services.user.ports.preferences import PreferenceStore
from services.user.ports.profiles import Profiles
from services.user.usecases import erasure, preferences, profiles


def wiring() -> Provider:
    """The provider of user's container."""
    provider = Provider(scope=Scope.REQUEST)
    provider.provide(SqlProfiles, provides=Profiles)
    provider.provide(SqlBelongings, provides=Belongings)
    provider.provide(SqlPreferences, provides=PreferenceStore)
    provider.provide_all(*profiles.USE_CASES, *preferences.USE_CASES, *erasure.USE_CASES)
    return provider
