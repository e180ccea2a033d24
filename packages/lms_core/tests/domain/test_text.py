"""What can be seen."""

from __future__ import annotations

import pytest

from lms_core.domain.text import is_plain, shows

FAMILY, PERSIAN, SCOTLAND, NEWER = "👩‍👩‍👧", "پگاه‌سادات", "🏴\U000e0067\U000e0062\U000e007f", "\U0001fae8"


@pytest.mark.parametrize("text", ["Ada", "", "مرحبا", FAMILY, PERSIAN, SCOTLAND, NEWER, "\u3000一", "a\u00a0b", "❤️"])
def test_text_of_every_script_is_plain(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "\u202eevil", "\u200b", "\ufeff", "\u2028", "\ue000", "\u2066a"])
def test_what_hides_or_turns_around_is_not(text: str) -> None:
    assert not is_plain(text)


@pytest.mark.parametrize(
    ("text", "seen"), [("a", True), (FAMILY, True), ("\u200d", False), (" \u200b", False), ("", False)]
)
def test_something_must_show(text: str, seen: bool) -> None:
    assert shows(text) is seen
