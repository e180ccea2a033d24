"""What may be preferred."""

from __future__ import annotations

import contextlib
from zoneinfo import available_timezones

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid, Stale
from lms_core.testing.fakes import fake_id
from services.user.domain.preferences import NotificationDefaults, Preferences, known_zone


def test_every_zone_of_this_machine_is_known() -> None:
    zones = available_timezones()
    assert "Europe/Berlin" in zones
    for zone in zones - {"localtime"}:
        assert known_zone(zone) == zone


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Europe",
        "europe/berlin",
        "Europe/Atlantis",
        "/etc/localtime",
        "../../etc/passwd",
        "Europe/../Europe/Berlin",
        "posix/Europe/Berlin",
        "localtime",
        "UTC\x00",
        "UTC\n",
        "A" * 5000,
        "+02:00",
    ],
)
def test_what_is_no_zone(zone: str) -> None:
    with pytest.raises(Invalid) as refusal:
        known_zone(zone)
    assert refusal.value.facts["errors"][0]["pointer"] == "#/time_zone"  # type: ignore[index]


@given(st.text(max_size=80))
def test_any_text_is_a_zone_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert known_zone(text) == text


def replaced(**change: object) -> Preferences:
    preferences = Preferences(id=fake_id(1), locale="en")
    choice = {
        "version": 1,
        "locale": "de-AT",
        "time_zone": "Europe/Vienna",
        "reduced_motion": True,
        "notifications": NotificationDefaults(email=False),
    }
    preferences.replace(**choice | change)  # type: ignore[arg-type]
    return preferences


def test_a_choice_from_another_version_is_stale_when_nothing_else_is_wrong_with_it() -> None:
    with pytest.raises(Stale):
        replaced(version=2)
    with pytest.raises(Invalid):
        replaced(version=2, time_zone="Nowhere")


def test_choices_are_taken_whole() -> None:
    preferences = replaced()
    assert preferences.shared == ("de-AT", "Europe/Vienna", NotificationDefaults(email=False))
    assert preferences.reduced_motion
    assert preferences.notifications == NotificationDefaults(email=False)


def test_what_clients_make_of_the_inbox_is_shared_with_nobody() -> None:
    assert (
        replaced(notifications=NotificationDefaults(in_app=False)).shared
        == replaced(notifications=NotificationDefaults()).shared
    )


@pytest.mark.parametrize("locale", ["", "d", "de_AT", "de-", "german-language-tag-too-"])
def test_what_is_no_language_tag(locale: str) -> None:
    with pytest.raises(Invalid) as refusal:
        replaced(locale=locale)
    assert refusal.value.facts["errors"][0]["pointer"] == "#/locale"  # type: ignore[index]
