"""Events in any order, any of them twice: the same figures."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from hypothesis import given, strategies as st

from lms_core.testing.enrollments import History, histories
from lms_core.testing.fakes import fake_id
from services.analytics.domain.metrics import Course, Share
from services.analytics.tests.events import (
    COURSE,
    activated,
    completed,
    enrolled,
    paid,
    progressed,
    published,
    suspended,
)
from services.analytics.tests.fakes import FakeCourses, FakeStandings
from services.analytics.usecases.metrics import MeasureCourse

_n, _minute, _course = st.integers(0, 2), st.integers(0, 4), st.sampled_from([COURSE, fake_id(590)])


def _of(make: Any, **more: Any) -> st.SearchStrategy[Any]:
    """A learner keeps to one of the two courses."""

    def build(n: int, minute: int, more: dict[str, Any]) -> Any:
        return make(n, minute=minute, course=COURSE if n else fake_id(590), **more)

    return st.builds(build, _n, _minute, st.fixed_dictionaries(more))


def enrolls(n: int, **more: Any) -> Any:
    """Some of them for free: one version of an enrollment has one status."""
    return enrolled(n, status="pending" if n == 1 else "active", **more)


_events = st.lists(
    st.builds(lambda c, v, m: published(c, version=v, minute=m), _course, st.integers(1, 3), _minute)
    | _of(enrolls)
    | _of(activated)
    | _of(suspended)
    | _of(completed)
    | _of(progressed, percent=st.integers(0, 100), seconds=st.integers(0, 9))
    | _of(paid, amount=st.just(500), currency=st.just("EUR")),
    max_size=14,
)


def measure(events: list[Any]) -> tuple[dict[Any, Course], FakeStandings]:
    courses, standings = FakeCourses(), FakeStandings()

    async def all_of_them() -> None:
        for event in events:
            await MeasureCourse(courses, standings)(event)

    asyncio.run(all_of_them())
    return courses.rows, standings


@given(_events, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_figures(events: list[Any], random: Any) -> None:
    mixed = list(events)
    random.shuffle(mixed)
    assert measure(events)[0] == measure(mixed)[0]


@given(_events, st.randoms(use_true_random=False))
def test_an_event_that_comes_twice_changes_no_figure(events: list[Any], random: Any) -> None:
    mixed = [*events, *events]
    random.shuffle(mixed)

    def figures(courses: dict[Any, Course]) -> dict[Any, Course]:
        return {id: replace(course, events=0) for id, course in courses.items()}

    assert figures(measure(events)[0]) == figures(measure(mixed)[0])


@given(histories(fake_id(600), COURSE), st.data())
def test_a_place_ends_as_course_says_whatever_the_order_and_the_clocks(history: History, data: st.DataObject) -> None:
    _, standings = measure(history.mixed(data))
    assert standings.rows[fake_id(600)].status == history.status


@given(_events)
def test_a_course_is_the_sum_of_its_enrollments(events: list[Any]) -> None:
    courses, standings = measure(events)
    for course in courses.values():
        whole = Course(id=course.id)
        for standing in standings.rows.values():
            if standing.course_id == course.id:
                whole.move(Share(), standing.share())
        names = ("enrolled", "active", "pending", "suspended", "completed", "percents", "seconds", "revenue")
        assert [getattr(course, n) for n in names] == [getattr(whole, n) for n in names]
        assert course.enrolled == course.active + course.pending + course.suspended
