"""Having a profile, and changing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import msgspec

from lms_core.contracts.auth import UserCreated
from lms_core.contracts.user import NotificationWishes, ProfileUpdated
from lms_core.domain.errors import Invalid, NotFound, NotYet, Stale
from lms_core.domain.selection import Selection
from lms_core.ports.clock import Clock
from lms_core.ports.uow import UnitOfWork
from lms_core.security.principal import Principal
from services.user.domain.preferences import Preferences
from services.user.domain.profiles import Profile
from services.user.ports.preferences import PreferenceStore
from services.user.ports.profiles import Profiles


def profile_updated(profile: Profile, preferences: Preferences) -> ProfileUpdated:
    """What is shared of a person. Each change raises one of the two versions, and so the event's."""
    return ProfileUpdated(
        user_id=profile.id,
        display_name=profile.display_name,
        locale=preferences.locale,
        time_zone=preferences.time_zone,
        version=profile.version + preferences.version - 1,
        notifications=msgspec.convert(preferences.notifications, NotificationWishes, from_attributes=True),
    )


async def locked(profiles: Profiles, user_id: UUID) -> Profile:
    """The profile, for a change. Raises NotYet while the registration is on its way."""
    try:
        return await profiles.get(user_id)
    except NotFound:
        raise NotYet("the profile is being made") from None


@dataclass(frozen=True, slots=True)
class CreateProfile:
    """Somebody registered: they have a profile and preferences from now on.

    Who was erased before this was handled has no name in the event any more, and gets none.
    """

    raises: ClassVar = ()

    profiles: Profiles
    preferences: PreferenceStore
    uow: UnitOfWork

    async def __call__(self, event: UserCreated) -> None:
        if event.display_name is None:
            return
        async with self.uow:
            try:
                await self.profiles.get(event.user_id)
            except NotFound:
                await self.profiles.add(
                    Profile(
                        id=event.user_id,
                        display_name=event.display_name,
                        created_at=event.created_at,
                        updated_at=event.created_at,
                    )
                )
                await self.preferences.add(Preferences(id=event.user_id, locale=event.locale))


@dataclass(frozen=True, slots=True)
class ShowMyProfile:
    """Your own profile.

    In the moment after registration it is still being made: the answer is 404 `not-yet`, with Retry-After. The ETag is
    what a change wants as If-Match.
    """

    raises: ClassVar = (NotYet,)

    profiles: Profiles

    async def __call__(self, me: Principal) -> Profile:
        profile = await self.profiles.show(me.id)
        if profile is None:
            raise NotYet("the profile is being made")
        return profile


@dataclass(frozen=True, slots=True)
class EditProfile:
    """Change your profile.

    What is left out stays as it is. Send the ETag you read as If-Match; if the profile has changed since, the answer is
    412: read it again and decide anew.
    """

    raises: ClassVar = (Invalid, NotYet, Stale)

    profiles: Profiles
    preferences: PreferenceStore
    uow: UnitOfWork
    clock: Clock

    async def __call__(
        self, me: Principal, *, version: int, display_name: str | None = None, bio: str | None = None
    ) -> Profile:
        async with self.uow:
            profile = await locked(self.profiles, me.id)
            if profile.edit(version=version, display_name=display_name, bio=bio, at=self.clock.now()):
                await self.profiles.update(profile)
                self.uow.record(profile_updated(profile, await self.preferences.get(me.id)))
        return profile


@dataclass(frozen=True, slots=True)
class ShowProfile:
    """Somebody's public profile."""

    raises: ClassVar = (NotFound,)

    profiles: Profiles

    async def __call__(self, user_id: UUID) -> Profile:
        profile = await self.profiles.show(user_id)
        if profile is None:
            raise NotFound
        return profile


@dataclass(frozen=True, slots=True)
class ListProfiles:
    """The public profiles of people whose ids you have.

    Name them all, up to a hundred: `id=…&id=…`. Whoever has none is not in the answer. Nobody can be looked for.
    """

    raises: ClassVar = ()

    profiles: Profiles

    async def __call__(self, wanted: Selection) -> list[Profile]:
        return await self.profiles.some(wanted)


USE_CASES = (CreateProfile, ShowMyProfile, EditProfile, ShowProfile, ListProfiles)
