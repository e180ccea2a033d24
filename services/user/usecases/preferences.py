"""Having preferences, and changing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.domain.errors import Invalid, NotYet, Stale
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.user.domain.preferences import NotificationDefaults, Preferences
from services.user.ports.preferences import PreferenceStore
from services.user.ports.profiles import Profiles
from services.user.usecases.profiles import locked, profile_updated


@dataclass(frozen=True, slots=True)
class ShowPreferences:
    """Your preferences.

    They come with the profile: until it is made, the answer is 404 `not-yet`, with Retry-After.
    """

    raises: ClassVar = (NotYet,)

    preferences: PreferenceStore

    async def __call__(self, me: Principal) -> Preferences:
        preferences = await self.preferences.show(me.id)
        if preferences is None:
            raise NotYet("the profile is being made")
        return preferences


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """Choose your preferences, all of them at once.

    Send the ETag you read as If-Match; if they have changed since, the answer is 412. Language, time zone and channels
    are shared with what writes to you; the rest is for your clients. What you choose for a topic goes before what you
    choose in general. Your inbox holds everything; a welcome, a warning and receipts come by mail in any case.
    """

    raises: ClassVar = (Invalid, NotYet, Stale)

    profiles: Profiles
    preferences: PreferenceStore
    uow: UnitOfWork

    async def __call__(
        self,
        me: Principal,
        *,
        version: int,
        locale: str,
        time_zone: str,
        reduced_motion: bool,
        notifications: NotificationDefaults,
    ) -> Preferences:
        async with self.uow:
            profile = await locked(self.profiles, me.id)
            preferences = await self.preferences.get(me.id)
            before = preferences.shared
            preferences.replace(
                version=version,
                locale=locale,
                time_zone=time_zone,
                reduced_motion=reduced_motion,
                notifications=notifications,
            )
            await self.preferences.update(preferences)
            if preferences.shared != before:
                self.uow.record(profile_updated(profile, preferences))
        return preferences


USE_CASES = (ShowPreferences, SetPreferences)
