"""Profiles, without a database."""

from __future__ import annotations

import pytest

from lms_core.contracts.auth import UserCreated
from lms_core.contracts.user import ProfileUpdated
from lms_core.domain.errors import NotFound, NotYet, Stale
from lms_core.testing.fakes import MORNING, FakeClock, FakeUnitOfWork, fake_id, principal
from services.user.tests.usecases.fakes import FakePreferences, FakeProfiles
from services.user.usecases.profiles import CreateProfile, EditProfile, ShowMyProfile, ShowProfile

ADA = principal(id=fake_id(100))
CREATED = UserCreated(user_id=ADA.id, email="ada@example.org", display_name="Ada", locale="en-GB", created_at=MORNING)


class Desk:
    def __init__(self) -> None:
        self.profiles, self.preferences, self.uow = FakeProfiles(), FakePreferences(), FakeUnitOfWork()

    async def create(self) -> None:
        await CreateProfile(self.profiles, self.preferences, FakeUnitOfWork())(CREATED)

    async def edit(self, version: int, **change: str) -> None:
        self.uow = FakeUnitOfWork()
        await EditProfile(self.profiles, self.preferences, self.uow, FakeClock())(ADA, version=version, **change)


async def test_a_registration_makes_profile_and_preferences_once() -> None:
    desk = Desk()
    await desk.create()
    profile = desk.profiles.kept[ADA.id]
    assert (profile.display_name, profile.bio, profile.created_at) == ("Ada", "", MORNING)
    assert desk.preferences.kept[ADA.id].locale == "en-GB"
    await desk.edit(1, bio="Poetry.")
    await desk.create()
    assert desk.profiles.kept[ADA.id].bio == "Poetry."


async def test_what_is_shared_goes_out_with_a_growing_version() -> None:
    desk = Desk()
    await desk.create()
    await desk.edit(1, display_name="Ada Lovelace")
    event = desk.uow.only(ProfileUpdated)
    assert (event.display_name, event.locale, event.time_zone, event.version) == ("Ada Lovelace", "en-GB", "UTC", 2)


async def test_no_change_no_event_no_version() -> None:
    desk = Desk()
    await desk.create()
    await desk.edit(1, display_name="Ada")
    assert desk.uow.events == []
    assert desk.profiles.kept[ADA.id].version == 1


async def test_an_older_version_is_stale() -> None:
    desk = Desk()
    await desk.create()
    await desk.edit(1, bio="one")
    with pytest.raises(Stale):
        await desk.edit(1, bio="two")
    assert desk.profiles.kept[ADA.id].bio == "one"


async def test_before_the_registration_arrives() -> None:
    desk = Desk()
    with pytest.raises(NotYet):
        await ShowMyProfile(desk.profiles)(ADA)
    with pytest.raises(NotYet):
        await desk.edit(1, bio="early")
    with pytest.raises(NotFound):
        await ShowProfile(desk.profiles)(ADA.id)
