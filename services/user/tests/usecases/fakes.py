"""user's ports in memory."""

from __future__ import annotations

import copy
from uuid import UUID

from lms_core.domain.errors import NotFound
from lms_core.domain.selection import Selection
from services.user.domain.preferences import Preferences
from services.user.domain.profiles import Profile
from services.user.ports.preferences import PreferenceStore
from services.user.ports.profiles import Profiles


class FakeProfiles(Profiles):
    def __init__(self) -> None:
        self.kept: dict[UUID, Profile] = {}

    async def get(self, user_id: UUID) -> Profile:
        if user_id not in self.kept:
            raise NotFound
        return copy.copy(self.kept[user_id])

    async def add(self, profile: Profile) -> None:
        self.kept[profile.id] = profile

    async def update(self, profile: Profile) -> None:
        if profile != self.kept[profile.id]:
            profile.version += 1
        self.kept[profile.id] = copy.copy(profile)

    async def show(self, user_id: UUID) -> Profile | None:
        return self.kept.get(user_id)

    async def some(self, selection: Selection) -> list[Profile]:
        return [self.kept[id] for id in sorted(selection.values("id")) if id in self.kept]


class FakePreferences(PreferenceStore):
    def __init__(self) -> None:
        self.kept: dict[UUID, Preferences] = {}

    async def get(self, user_id: UUID) -> Preferences:
        if user_id not in self.kept:
            raise NotFound
        return copy.copy(self.kept[user_id])

    async def add(self, preferences: Preferences) -> None:
        self.kept[preferences.id] = preferences

    async def update(self, preferences: Preferences) -> None:
        if preferences != self.kept[preferences.id]:
            preferences.version += 1
        self.kept[preferences.id] = copy.copy(preferences)

    async def show(self, user_id: UUID) -> Preferences | None:
        return self.kept.get(user_id)
