"""Forgetting, without a database."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from lms_core.contracts.auth import UserErased
from lms_core.testing.fakes import MORNING, FakeUnitOfWork
from services.user.ports.erasure import Belongings
from services.user.tests.usecases.test_profiles import ADA, CREATED, Desk
from services.user.usecases.erasure import EraseProfile
from services.user.usecases.profiles import CreateProfile


class FakeBelongings(Belongings):
    def __init__(self) -> None:
        self.removed: list[UUID] = []

    async def remove(self, user_id: UUID) -> None:
        self.removed.append(user_id)


async def test_what_belongs_to_them_goes() -> None:
    belongings, uow = FakeBelongings(), FakeUnitOfWork()
    await EraseProfile(belongings, uow)(UserErased(user_id=ADA.id, erased_at=MORNING))
    assert (belongings.removed, uow.committed) == ([ADA.id], True)


async def test_a_registration_without_a_name_makes_nobody() -> None:
    desk = Desk()
    nameless = replace(CREATED, email=None, display_name=None)
    await CreateProfile(desk.profiles, desk.preferences, FakeUnitOfWork())(nameless)
    assert (desk.profiles.kept, desk.preferences.kept) == ({}, {})
