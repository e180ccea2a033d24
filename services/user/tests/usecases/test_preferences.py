"""Preferences, without a database."""

from __future__ import annotations

import pytest

from lms_core.contracts import user as contract
from lms_core.contracts.user import ProfileUpdated
from lms_core.domain.errors import NotYet, Stale
from lms_core.testing.fakes import MORNING, FakeUnitOfWork, fake_id, principal
from services.user.domain.preferences import Channels, NotificationDefaults, Preferences, TopicChannels
from services.user.domain.profiles import Profile
from services.user.tests.usecases.fakes import FakePreferences, FakeProfiles
from services.user.usecases.preferences import SetPreferences, ShowPreferences

ADA = principal(id=fake_id(100))
CHOICE = {
    "locale": "de",
    "time_zone": "Europe/Berlin",
    "reduced_motion": False,
    "notifications": NotificationDefaults(),
}


class Desk:
    def __init__(self) -> None:
        self.profiles, self.preferences, self.uow = FakeProfiles(), FakePreferences(), FakeUnitOfWork()
        self.profiles.kept[ADA.id] = Profile(
            id=ADA.id, display_name="Ada", created_at=MORNING, updated_at=MORNING, version=4
        )
        self.preferences.kept[ADA.id] = Preferences(id=ADA.id, locale="en")

    async def choose(self, version: int, **change: object) -> Preferences:
        self.uow = FakeUnitOfWork()
        use_case = SetPreferences(self.profiles, self.preferences, self.uow)
        return await use_case(ADA, version=version, **CHOICE | change)  # type: ignore[arg-type]


async def test_what_is_shared_goes_out() -> None:
    desk = Desk()
    await desk.choose(1)
    event = desk.uow.only(ProfileUpdated)
    assert (event.display_name, event.locale, event.time_zone, event.version) == ("Ada", "de", "Europe/Berlin", 5)


async def test_channels_go_out_in_general_and_by_topic() -> None:
    desk = Desk()
    progress = Channels(email=False, sms=False)
    await desk.choose(1, notifications=NotificationDefaults(push=False, topics=TopicChannels(progress=progress)))
    assert desk.uow.only(ProfileUpdated).notifications == contract.NotificationWishes(
        push=False, topics=contract.TopicChannels(progress=contract.Channels(email=False, sms=False))
    )


async def test_what_is_not_shared_does_not() -> None:
    desk = Desk()
    await desk.choose(1)
    chosen = await desk.choose(2, reduced_motion=True, notifications=NotificationDefaults(in_app=False))
    assert chosen.version == 3
    assert desk.uow.events == []
    await desk.choose(3, locale="fr")
    assert desk.uow.only(ProfileUpdated).version == 7


async def test_an_older_version_is_stale() -> None:
    desk = Desk()
    await desk.choose(1)
    with pytest.raises(Stale):
        await desk.choose(1, locale="fr")


async def test_before_the_registration_arrives() -> None:
    nobody = principal(id=fake_id(101))
    with pytest.raises(NotYet):
        await ShowPreferences(FakePreferences())(nobody)
    with pytest.raises(NotYet):
        await SetPreferences(FakeProfiles(), FakePreferences(), FakeUnitOfWork())(
            nobody,
            version=1,
            **CHOICE,  # type: ignore[arg-type]
        )
