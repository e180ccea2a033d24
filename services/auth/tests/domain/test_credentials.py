"""What makes a password good enough."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid
from services.auth.domain.credentials import MAX_LENGTH, MIN_LENGTH, check_password

ADA = {"email": "ada.l@example.org", "display_name": "Ada Lovelace"}


@pytest.mark.parametrize("password", ["correct horse battery", "0123456789", "пароль на русском", "🔑🗝️🔒🔓🔐 1234"])
def test_length_counts_and_composition_does_not(password: str) -> None:
    check_password(password, **ADA)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "x" * (MIN_LENGTH - 1),
        "abcdefghij" * 26,
        "aaaaaaaaaaaa",
        "aBaBaBcCcC",
        "ADA LOVELACE 1815",
        "my ada.l password",
        "ada.l@example.org",
    ],
)
def test_too_short_too_long_too_plain_or_too_close(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_password(password, **ADA)
    assert refusal.value.facts["errors"][0]["pointer"] == "#/password"  # type: ignore[index]


def test_short_names_do_not_forbid_their_letters() -> None:
    check_password("a better password", email="bo@example.org", display_name="Bo")


@given(st.text(max_size=MAX_LENGTH + 5))
def test_what_is_accepted_keeps_the_rule(password: str) -> None:
    try:
        check_password(password, **ADA)
    except Invalid:
        return
    assert MIN_LENGTH <= len(password) <= MAX_LENGTH
    assert len(set(password.lower())) > 3
    assert "ada lovelace" not in password.lower()
