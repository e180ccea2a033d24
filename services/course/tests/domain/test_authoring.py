"""What a course may be called."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid, Stale
from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.authoring import Course, new_course, normal_title


def course() -> Course:
    return new_course(id=fake_id(1), instructor_id=fake_id(2), title="A\t title", summary=" one\r\ntwo\n", at=MORNING)


@given(st.text(max_size=250))
def test_normal_titles_are_normal_already(raw: str) -> None:
    try:
        title = normal_title(raw)
    except Invalid:
        return
    assert normal_title(title) == title
    assert 1 <= len(title) <= 200
    assert title.splitlines() == [title]


def test_a_new_course() -> None:
    made = course()
    assert (made.title, made.summary, made.published_version) == ("A title", "one\ntwo", None)


def test_a_change_is_made_from_the_version_that_counts() -> None:
    course().read_as(1)
    with pytest.raises(Stale) as refused:
        course().read_as(2)
    assert refused.value.facts == {"current": 1}


@pytest.mark.parametrize("capacity", [-1, 1_000_001])
def test_an_impossible_capacity(capacity: int) -> None:
    with pytest.raises(Invalid):
        course().limit(capacity)


@pytest.mark.parametrize("capacity", [None, 0, 1_000_000])
def test_a_possible_capacity(capacity: int | None) -> None:
    made = course()
    made.limit(capacity)
    assert made.capacity == capacity
