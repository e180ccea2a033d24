"""Signatures of webhooks: genuine, in time, and made with a key that counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given, strategies as st

from lms_core.testing.fakes import MORNING
from services.billing.domain.webhooks import WINDOW, NotGenuine, OutOfTime, SigningKeys

NEW, OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"test": 2432232314}'


def test_it_is_the_signature_of_the_standard() -> None:
    """The standard's own example."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    sent_at = MORNING.fromtimestamp(1614265330, MORNING.tzinfo)
    keys = SigningKeys.parse(NEW)
    assert keys.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", sent_at, BODY) == headers
    keys.verify(headers, BODY, sent_at)


def test_while_keys_rotate_either_side_may_be_ahead() -> None:
    old, both, new = SigningKeys.parse(OLD), SigningKeys.parse(f"{NEW}, {OLD}"), SigningKeys.parse(NEW)
    for signer, reader in ((old, both), (both, old), (both, new), (new, both)):
        reader.verify(signer.sign("m", MORNING, BODY), BODY, MORNING)
    with pytest.raises(NotGenuine):
        new.verify(old.sign("m", MORNING, BODY), BODY, MORNING)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "other"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    ],
)
def test_what_is_not_signed_as_it_stands_is_not_genuine(change: dict[str, str]) -> None:
    keys = SigningKeys.parse(NEW)
    with pytest.raises(NotGenuine):
        keys.verify(keys.sign("m", MORNING, BODY) | change, BODY, MORNING)
    with pytest.raises(NotGenuine):
        keys.verify(keys.sign("m", MORNING, BODY), BODY + b" ", MORNING)


@given(st.timedeltas(min_value=-3 * WINDOW, max_value=3 * WINDOW))
@example(WINDOW)
@example(-WINDOW)
def test_a_signature_counts_for_a_while(late: timedelta) -> None:
    keys = SigningKeys.parse(NEW)
    headers = keys.sign("m", MORNING, BODY)
    if abs(late) <= WINDOW:
        keys.verify(headers, BODY, MORNING + late)
    else:
        with pytest.raises(OutOfTime):
            keys.verify(headers, BODY, MORNING + late)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!", "whsec_c2hvcnQ=", NEW.removeprefix("whsec_"), f"{NEW},"])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="webhook key"):
        SigningKeys.parse(text)
