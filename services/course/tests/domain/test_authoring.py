"""What a course may be called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms_core.domain.errors import Invalid, Stale
from lms_core.testing.fakes import MORNING, fake_id
from services.course.domain.authoring import Course, new_course, normal_title

HOUR = timedelta(hours=1)


def course() -> Course:
    return new_course(id=fake_id(1), instructor_id=fake_id(2), title="A\t title", summary=" one\r\ntwo\n", at=MORNING)


def edit(made: Course, **change: Any) -> bool:
    return made.edit(**({"version": 1, "title": None, "summary": None, "capacity": ...} | change), at=MORNING + HOUR)


def pointers(invalid: Invalid) -> list[str]:
    faults: Any = invalid.facts["errors"]
    return [fault["pointer"] for fault in faults]


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
    with pytest.raises(Stale) as refused:
        edit(course(), version=2, title="B")
    assert refused.value.facts == {"current": 1}
    with pytest.raises(Invalid):
        edit(course(), version=2, title="")


@pytest.mark.parametrize("capacity", [-1, 1_000_001])
def test_an_impossible_capacity(capacity: int) -> None:
    with pytest.raises(Invalid):
        edit(course(), capacity=capacity)


@pytest.mark.parametrize("capacity", [None, 0, 1_000_000])
def test_a_possible_capacity(capacity: int | None) -> None:
    made = course()
    edit(made, capacity=capacity)
    assert made.capacity == capacity


def test_what_changes_nothing_is_no_change() -> None:
    made = course()
    assert edit(made, title=" A title", summary=made.summary) is False
    assert (edit(made, title="B"), made.title, made.updated_at) == (True, "B", MORNING + HOUR)


def test_all_that_is_wrong_is_told_at_once_and_nothing_changes() -> None:
    made = course()
    with pytest.raises(Invalid) as refused:
        edit(made, title="\u200b", summary="\x07", capacity=-1)
    assert pointers(refused.value) == ["#/title", "#/summary", "#/capacity"]
    assert made == course()
    with pytest.raises(Invalid) as refused:
        new_course(id=fake_id(1), instructor_id=fake_id(2), title="", summary="\x07", at=MORNING)
    assert pointers(refused.value) == ["#/title", "#/summary"]
