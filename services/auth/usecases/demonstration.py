"""The accounts of the demonstration school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lms_core.security.permissions import ADMIN, INSTRUCTOR
from services.auth.domain.demonstration import DemoAccount
from services.auth.ports.demonstration import Demonstration


@dataclass(frozen=True, slots=True)
class ListDemoAccounts:
    """List the accounts of the demonstration school, with their password.

    They are for trying the platform out: administrators first, then instructors, then learners. Where no school was
    made the list is empty, and so it always is in production, which does not start on a school.
    """

    raises: ClassVar = ()

    demonstration: Demonstration

    async def __call__(self) -> list[DemoAccount]:
        return sorted(await self.demonstration.accounts(), key=_standing)


def _standing(account: DemoAccount) -> tuple[bool, bool, str]:
    return ADMIN not in account.roles, INSTRUCTOR not in account.roles, account.email


USE_CASES = (ListDemoAccounts,)
