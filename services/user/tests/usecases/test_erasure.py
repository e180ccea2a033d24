"""Forgetting, without a database."""

from __future__ import annotations

from msgspec.structs import replace

from lms_core.contracts.auth import UserErased
from lms_core.testing.fakes import MORNING, FakeUnitOfWork
from services.user.tests.usecases.test_profiles import ADA, CREATED, Desk
from services.user.usecases.erasure import EraseProfile
from services.user.usecases.profiles import CreateProfile

ERASED = UserErased(user_id=ADA.id, erased_at=MORNING)


async def test_profile_and_preferences_go_and_going_twice_is_going_once() -> None:
    desk = Desk()
    await desk.create()
    for _ in range(2):
        await EraseProfile(desk.profiles, desk.preferences, FakeUnitOfWork())(ERASED)
        assert (desk.profiles.kept, desk.preferences.kept) == ({}, {})


async def test_a_registration_without_a_name_makes_nobody() -> None:
    desk = Desk()
    nameless = replace(CREATED, email=None, display_name=None)
    await CreateProfile(desk.profiles, desk.preferences, FakeUnitOfWork())(nameless)
    assert (desk.profiles.kept, desk.preferences.kept) == ({}, {})
