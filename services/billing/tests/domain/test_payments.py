"""A payment's life: one attempt at a time, one success ever."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING, fake_id
from services.billing.domain.methods import PaymentMethod
from services.billing.domain.payments import FINAL, Answer, Charged, Declined, NotDue, Outcome, Payment, Reason, Unheard

METHOD = PaymentMethod(id=fake_id(7), owner_id=fake_id(4), token="pm_ok", added_at=MORNING)


def payment() -> Payment:
    return Payment(
        id=fake_id(1),
        enrollment_id=fake_id(2),
        course_id=fake_id(3),
        course_title="Sailing",
        learner_id=fake_id(4),
        price_id=fake_id(5),
        amount=4900,
        currency="EUR",
        status="open",
        reason=None,
        attempts=0,
        opened_at=MORNING,
        settled_at=None,
    )


def test_an_attempt_has_a_key_of_its_own() -> None:
    mine = payment()
    first = mine.begin(METHOD, MORNING)
    mine.fail("declined", MORNING)
    second = mine.begin(METHOD, MORNING)
    assert (first.number, second.number) == (1, 2)
    assert first.key != second.key
    assert (mine.status, mine.reason, mine.settled_at) == ("charging", None, None)


@pytest.mark.parametrize("reason", get_args(Reason))
def test_only_a_failure_that_a_method_cures_is_tried_again(reason: Reason) -> None:
    mine = payment()
    mine.fail(reason, MORNING)
    assert mine.retryable is (reason not in FINAL)
    if mine.retryable:
        assert mine.begin(METHOD, MORNING).number == 1
    else:
        with pytest.raises(NotDue):
            mine.begin(METHOD, MORNING)


@pytest.mark.parametrize(
    ("answer", "outcome", "detail"),
    [(Charged("ref"), "charged", "ref"), (Declined("no funds"), "declined", "no funds"), (Unheard(), "in-doubt", "")],
)
def test_an_attempt_keeps_what_was_said(answer: Answer, outcome: Outcome, detail: str) -> None:
    attempt = payment().begin(METHOD, MORNING)
    assert attempt.hear(answer, MORNING)
    assert not attempt.hear(answer, MORNING + timedelta(seconds=1))
    assert (attempt.outcome, attempt.detail, attempt.ended_at) == (outcome, detail, MORNING)


@given(st.permutations([Charged("ref"), Declined("no funds"), Unheard(), None]), st.integers(0, 4))
def test_what_weighs_most_stays_whatever_the_order(said: list[Answer | None], first: int) -> None:
    attempt = payment().begin(METHOD, MORNING)
    for answer in [*said[first:], *said]:
        if answer is not None:
            attempt.hear(answer, MORNING)
        elif attempt.outcome == "running":
            attempt.drop(MORNING)
    assert (attempt.outcome, attempt.detail) == ("charged", "ref")


@given(st.lists(st.sampled_from(["begin", "succeed", "decline", "close", "cancel"]), max_size=30))
def test_whatever_is_tried_it_ends_at_most_once_and_then_rests(steps: list[str]) -> None:
    mine, successes = payment(), 0
    for step in steps:
        before = mine.status
        try:
            if step == "begin":
                mine.begin(METHOD, MORNING)
                assert before in ("open", "failed")
            elif step == "succeed":
                mine.succeed(MORNING)
                successes += 1
            elif step == "close":
                assert mine.close() is (before in ("open", "charging", "failed"))
            elif step == "cancel":
                mine.cancel(MORNING)
                assert before == "closing"
            else:
                mine.fail("declined", MORNING)
        except NotDue:
            assert mine.status == before
            assert before != "open" or step == "cancel"
        assert (mine.status == "failed") == (mine.reason is not None)
        assert (mine.status in ("failed", "succeeded", "cancelled")) == (mine.settled_at is not None)
    assert successes <= 1
