"""Forgetting who somebody was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.auth import UserErased
from lms_core.ports.uow import UnitOfWork
from services.user.ports.preferences import PreferenceStore
from services.user.ports.profiles import Profiles


@dataclass(frozen=True, slots=True)
class EraseProfile:
    """Somebody was erased: their profile and their preferences go."""

    raises: ClassVar = ()

    profiles: Profiles
    preferences: PreferenceStore
    uow: UnitOfWork

    async def __call__(self, event: UserErased) -> None:
        async with self.uow:
            await self.preferences.remove(event.user_id)
            await self.profiles.remove(event.user_id)


USE_CASES = (EraseProfile,)
