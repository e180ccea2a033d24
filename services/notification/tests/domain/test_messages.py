"""Rules of messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms_core.testing.fakes import MORNING, fake_id
from services.notification.domain.messages import (
    CHANNELS,
    EMAIL,
    IN_APP,
    KINDS,
    PUSH,
    SMS,
    Channel,
    Course,
    Kind,
    Message,
    channels,
    halfway,
)

ALL: frozenset[Channel] = frozenset({EMAIL, PUSH, SMS})


def test_the_first_reading_counts() -> None:
    message = Message(
        id=fake_id(1), recipient_id=fake_id(2), kind="welcome", channel="in-app", once="w", facts={}, created_at=MORNING
    )
    message.read(MORNING)
    message.read(MORNING + timedelta(hours=1))
    assert message.read_at == MORNING
    assert message.topic == "account"


@pytest.mark.parametrize(("percent", "told"), [(0, False), (49, False), (50, True), (99, True), (100, False)])
def test_halfway_is_from_the_middle_to_before_the_end(percent: int, told: bool) -> None:
    assert halfway(percent) is told


def test_a_course_is_called_what_its_newest_version_says() -> None:
    course = Course(id=fake_id(1), title="Second", title_version=2)
    course.titled("First", 1)
    assert course.title == "Second"
    course.titled("Third", 3)
    assert (course.title, course.title_version) == ("Third", 3)


@pytest.mark.parametrize(
    ("reached", "told"),
    [
        (frozenset(), ("in-app", "email")),
        (frozenset({SMS}), ("in-app", "email", "sms")),
        (frozenset({SMS, PUSH}), ("in-app", "email", "sms", "push")),
    ],
)
def test_devices_are_told_beside_mail_and_inbox(reached: frozenset[Channel], told: tuple[Channel, ...]) -> None:
    assert channels("suspended", wanted=ALL, reached=reached) == told


@pytest.mark.parametrize("kind", KINDS)
def test_who_wants_nothing_has_it_in_the_inbox_and_what_must_be_by_mail(kind: Kind) -> None:
    told = channels(kind, wanted=frozenset(), reached=frozenset({SMS, PUSH}))
    must = ["email"] if kind in ("welcome", "registration-repeated", "receipt") else []
    assert list(told) == [channel for channel in CHANNELS[kind] if channel in (IN_APP, *must)]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (frozenset({EMAIL}), ("in-app", "email")),
        (frozenset({PUSH}), ("in-app", "push")),
        (frozenset({SMS}), ("in-app",)),  # no phone
        (frozenset({EMAIL, PUSH, SMS}), ("in-app", "email", "push")),
    ],
)
def test_the_rest_where_they_want_it_and_are_reached(wanted: frozenset[Channel], told: tuple[Channel, ...]) -> None:
    assert channels("suspended", wanted=wanted, reached=frozenset({PUSH})) == told


def test_every_kind_has_its_channels() -> None:
    assert set(CHANNELS) == set(KINDS)
    assert channels("registration-repeated", wanted=ALL, reached=frozenset({SMS, PUSH})) == ("email",)
    assert [kind for kind in KINDS if "sms" in CHANNELS[kind] and IN_APP not in CHANNELS[kind]] == []
