"""An envelope from what travelled: whole, or refused where no inbox could keep it."""

from __future__ import annotations

import pytest

from lms_core.domain.events import MAX_ATTRIBUTE, Envelope
from lms_core.testing.suites.bus import MALFORMED, event

WHOLE = event("lms.club", 7, key="käse ☕")


def test_an_envelope_comes_out_of_its_headers_as_it_went_in() -> None:
    assert Envelope.from_headers(WHOLE.headers, WHOLE.body) == WHOLE
    longest = {**WHOLE.headers, "ce_subject": "x" * MAX_ATTRIBUTE, "ce_time": "2026-01-02T03:04:05+01:00"}
    assert Envelope.from_headers(longest, b"").key == "x" * MAX_ATTRIBUTE


@pytest.mark.parametrize("headers", MALFORMED, ids=lambda headers: repr(headers)[:60])
def test_what_no_inbox_can_keep_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"NUL|moment"):
        Envelope.from_headers(headers, b"{}")


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"])
def test_what_is_missing_is_named(name: str) -> None:
    headers = {key: value for key, value in WHOLE.headers.items() if key != name}
    with pytest.raises(KeyError, match=name):
        Envelope.from_headers(headers, b"{}")
