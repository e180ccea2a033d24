"""The rule."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, strategies as st

from lms_core.testing.fakes import MORNING, fake_id
from services.progress.domain.completion import standing

A, B, C, OTHER = (fake_id(n) for n in range(1, 5))


def test_the_percentage_is_rounded_down() -> None:
    now = standing({A, B, C}, {A: MORNING, B: MORNING})
    assert (now.percent, now.completed_topics, now.required_topics, now.completed_at) == (66, 2, 3, None)
    assert now.arithmetic == "floor(100 * 2 / 3) = 66"


def test_it_is_completed_when_the_last_required_topic_was_recorded() -> None:
    later = MORNING + timedelta(hours=1)
    assert standing({A, B}, {A: later, B: MORNING}).completed_at == later


def test_what_is_not_required_does_not_count() -> None:
    assert standing({A}, {OTHER: MORNING}).percent == 0
    assert standing({A}, {OTHER: MORNING + timedelta(days=1), A: MORNING}).completed_at == MORNING


def test_a_course_that_requires_nothing_cannot_be_completed() -> None:
    now = standing((), {OTHER: MORNING})
    assert (now.percent, now.required_topics, now.completed_at) == (0, 0, None)
    assert now.arithmetic == "nothing is required: 0"


@given(st.integers(1, 400), st.data())
def test_100_means_everything_and_only_that(whole: int, data: st.DataObject) -> None:
    required = [fake_id(n) for n in range(whole)]
    done = data.draw(st.integers(0, whole))
    now = standing(required, dict.fromkeys(required[:done], MORNING))
    assert (now.percent == 100) is (done == whole) is (now.completed_at is not None)
    assert now.percent * whole <= 100 * done < (now.percent + 1) * whole
