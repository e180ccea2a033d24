"""Forgetting who somebody was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.contracts.auth import UserErased
from lms_core.ports.uow import UnitOfWork
from services.user.ports.erasure import Belongings


@dataclass(frozen=True, slots=True)
class EraseProfile:
    """Somebody was erased: their profile and their preferences go."""

    raises: ClassVar = ()

    belongings: Belongings
    uow: UnitOfWork

    async def __call__(self, event: UserErased) -> None:
        async with self.uow:
            await self.belongings.remove(event.user_id)


USE_CASES = (EraseProfile,)
