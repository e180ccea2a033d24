"""What a profile may say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid, Stale
from lms_core.testing.fakes import MORNING, fake_id
from services.user.domain.profiles import MAX_BIO, Profile, tidy_bio

LATER = MORNING + timedelta(hours=1)


def ada() -> Profile:
    return Profile(id=fake_id(1), display_name="Ada", bio="Poetry.", created_at=MORNING, updated_at=MORNING)


def test_what_is_not_given_stays() -> None:
    profile = ada()
    assert profile.edit(version=1, display_name="Ada Lovelace", bio=None, at=LATER)
    assert (profile.display_name, profile.bio, profile.updated_at) == ("Ada Lovelace", "Poetry.", LATER)


def test_an_edit_to_the_same_is_none() -> None:
    profile = ada()
    assert not profile.edit(version=1, display_name=" Ada ", bio="Poetry. \n", at=LATER)
    assert profile.updated_at == MORNING


def test_words_may_be_taken_back_but_not_the_name() -> None:
    profile = ada()
    assert profile.edit(version=1, display_name=None, bio="", at=LATER)
    assert profile.bio == ""
    with pytest.raises(Invalid):
        profile.edit(version=1, display_name="", bio=None, at=LATER)


def test_a_refused_edit_changes_nothing() -> None:
    profile = ada()
    with pytest.raises(Invalid):
        profile.edit(version=1, display_name="Countess", bio="x" * (MAX_BIO + 1), at=LATER)
    assert profile == ada()


def test_a_change_from_another_version_is_stale_when_nothing_else_is_wrong_with_it() -> None:
    profile = ada()
    with pytest.raises(Stale):
        profile.edit(version=2, display_name="Ada", bio=None, at=LATER)
    with pytest.raises(Invalid):
        profile.edit(version=2, display_name="", bio=None, at=LATER)
    assert profile == ada()


@given(st.text(alphabet=st.sampled_from("a \t\r\n\u2028é")))
def test_a_tidy_bio_is_tidy(raw: str) -> None:
    try:
        bio = tidy_bio(raw)
    except Invalid:
        return
    assert tidy_bio(bio) == bio
    assert "\r" not in bio


@pytest.mark.parametrize("bio", ["\x00", "a\x1b[31mb", "a\u202eb", "x" * (MAX_BIO + 1)])
def test_what_does_not_print_is_refused(bio: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tidy_bio(bio)
    assert refusal.value.facts["errors"][0]["pointer"] == "#/bio"  # type: ignore[index]
